"""A dataset's page before and after its report card."""

from playwright.sync_api import expect

from tests.journey.material import SONG, beginning
from tests.journey.test_accessible import violations
from tests.journey.visitor import Visitor
from tests.trials.customer import Customer


def test_recordings_without_a_report_card_are_heard_and_taken_out(
    customer: Customer, visitor: Visitor
) -> None:
    names = ["하나.wav", "둘.wav"]
    sounds = [beginning(SONG, seconds) for seconds in (6.0, 3.0)]
    files = [customer.upload(*one) for one in zip(names, sounds, strict=True)]
    dataset = customer.post("/api/v1/datasets", {"name": "옛 녹음", "file_ids": files})
    page = visitor.page
    visitor.go(f"/datasets/{dataset['id']}")
    listed = page.get_by_role("region", name="데이터셋의 녹음").get_by_role("listitem")
    expect(listed).to_have_count(2)
    assert [one.get_attribute("aria-label") for one in listed.all()] == names
    expect(listed.nth(1).get_by_text("0:03", exact=True)).to_be_visible()
    visitor.snap("dataset")
    assert violations(visitor) == []
    listed.nth(0).get_by_role("button", name="하나.wav 재생").click()
    expect(listed.nth(0).get_by_role("button", name="하나.wav 일시정지")).to_be_visible()
    visitor.button("데이터셋에서 빼기: 하나.wav").click()
    expect(listed).to_have_count(1)
    left = customer.get(f"/api/v1/datasets/{dataset['id']}")["files"]
    assert [file["name"] for file in left] == ["둘.wav"]
