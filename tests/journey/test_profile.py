"""What a person is called: set on the account page, seen by the others of the workspace."""

from playwright.sync_api import expect

from tests.journey.test_accessible import violations
from tests.journey.visitor import Visitor
from tests.trials.customer import Customer


def test_a_name_is_set_and_shown_and_taken_back(visitor: Visitor, customer: Customer) -> None:
    page = visitor.page
    visitor.go("/account")
    card = page.get_by_role("region", name="프로필")
    field, save = card.get_by_label("표시 이름"), card.get_by_role("button", name="저장")
    expect(field).to_have_value("")
    expect(save).to_be_disabled()
    field.fill("  김하나  ")
    save.click()
    expect(page.get_by_text("프로필을 저장했습니다.")).to_be_visible()
    expect(field).to_have_value("김하나")
    assert customer.get("/api/v1/me")["user"]["name"] == "김하나"
    visitor.snap("profile")
    assert violations(visitor) == []

    visitor.go("/workspace")
    members = page.get_by_role("region", name="멤버").get_by_role("listitem")
    expect(members).to_contain_text(["김하나"])
    expect(members).to_contain_text([customer.email])
    expect(page.get_by_role("complementary")).to_contain_text("김하나")

    page.evaluate("localStorage.setItem('voice-studio.language', 'en')")
    visitor.go("/account")
    card = page.get_by_role("region", name="Profile")
    expect(card.get_by_label("Display name")).to_have_value("김하나")
    card.get_by_label("Display name").fill("")
    card.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Profile saved.")).to_be_visible()
    assert customer.get("/api/v1/me")["user"]["name"] == ""
    expect(page.get_by_role("complementary")).to_contain_text(customer.email)
