"""How the panel looks and what stands in its sidebar; imported by the settings, so no models."""

from typing import Any, Final

_VIOLET: Final = {
    "50": "#f5f3ff",
    "100": "#ede9fe",
    "200": "#ddd6fe",
    "300": "#c9b8ff",
    "400": "#b9a2ff",
    "500": "#8b5cf6",
    "600": "#7c3aed",
    "700": "#6d28d9",
    "800": "#5b21b6",
    "900": "#4c1d95",
    "950": "#2e1065",
}
_INK: Final = {
    "50": "#f7f6fb",
    "100": "#f3f2fa",
    "200": "#e2e0ee",
    "300": "#cfcde0",
    "400": "#b0aec6",
    "500": "#918fab",
    "600": "#67657f",
    "700": "#3a3952",
    "800": "#26263a",
    "900": "#11111d",
    "950": "#0a0a14",
}

_ROOMS: Final = (
    (
        "고객 (customers)",
        (
            ("워크스페이스 (workspaces)", "workspaces", "accounts/workspace"),
            ("사람 (people)", "group", "accounts/user"),
            ("연결된 로그인 (connected)", "link", "socialaccount/socialaccount"),
            ("초대 (invitations)", "mail", "accounts/invitation"),
            ("API 키 (keys)", "key", "accounts/apikey"),
            ("웹훅 (webhooks)", "webhook", "hooks/endpoint"),
            ("웹훅 전달 (deliveries)", "send", "hooks/delivery"),
            ("알림 메일 (mails)", "mail", "hooks/mail"),
        ),
    ),
    (
        "돈 (money)",
        (
            ("요금제 (plans)", "sell", "plans"),
            ("잔액 (balances)", "account_balance_wallet", "billing/balance"),
            ("크레딧 원장 (ledger)", "receipt_long", "billing/entry"),
            ("구매 (purchases)", "shopping_cart", "billing/purchase"),
            ("구독 (subscriptions)", "autorenew", "billing/subscription"),
            ("환불 (refunds)", "undo", "billing/refund"),
            ("결제 이벤트 (events)", "notifications", "billing/providerevent"),
        ),
    ),
    (
        "작업 (work)",
        (
            ("작업 (jobs)", "graphic_eq", "jobs/job"),
            ("프리셋 (presets)", "tune", "jobs/soundpreset"),
            ("목소리 (voices)", "record_voice_over", "voices/voice"),
            ("파일 (files)", "audio_file", "library/audiofile"),
            ("데이터셋 (datasets)", "library_music", "library/dataset"),
            ("성적표 (report cards)", "fact_check", "library/reportcard"),
        ),
    ),
    (
        "시스템 (system)",
        (
            ("상태 (health)", "monitor_heart", "health"),
            ("RunPod", "dns", "jobs/runpodaccount"),
            ("엔드포인트 (endpoints)", "lan", "jobs/runpodendpoint"),
            ("모델 (models)", "deployed_code", "jobs/modelweights"),
            ("지우기 영수증 (receipts)", "receipt", "leaving/removal"),
            ("내보내기 (exports)", "archive", "leaving/export"),
            ("저장소에서 지울 것 (objects)", "delete_sweep", "common/erasure"),
            ("변경 기록 (change log)", "history", "common/change"),
        ),
    ),
)


def panel_look() -> dict[str, Any]:
    """The settings of the panel's theme: dark, violet, everything from here."""
    home = {"title": "현황 (dashboard)", "icon": "dashboard", "link": "/admin/"}
    rooms = [
        {
            "title": title,
            "separator": True,
            "items": [
                {"title": name, "icon": icon, "link": f"/admin/{address}/"}
                for name, icon, address in items
            ],
        }
        for title, items in _ROOMS
    ]
    return {
        "SITE_TITLE": "AI Voice Studio 운영",
        "SITE_HEADER": "AI Voice Studio",
        "SITE_SUBHEADER": "운영자 (operator)",
        "SITE_SYMBOL": "graphic_eq",
        "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "/favicon.svg"}],
        "SHOW_BACK_BUTTON": True,
        "THEME": "dark",
        "COLORS": {"base": _INK, "primary": _VIOLET},
        "STYLES": ["/static/panel/panel.css"],
        "SIDEBAR": {"navigation": [{"items": [home]}, *rooms]},
        "ACCOUNT": {"navigation": [{"title": "내 계정 (account)", "link": "/account"}]},
    }
