/** What the operator's decisions look like to customers, and the operator's own way to the panel. */
export const koOperator = {
  suspendedTitle: "이 워크스페이스는 정지되어 있어요.",
  suspendedText:
    "파일과 목소리는 그대로 있고, 듣고 내려받을 수 있어요. 실행 중인 작업은 끝까지 진행되고, 대기 중인 작업은 정지가 풀릴 때까지 기다려요. 정지를 풀려면 고객 지원에 문의해 주세요.",
  suspendedFiles: "파일 내려받기",
  operator: "운영",
  operatorLead: "고객, 돈, 작업과 시스템 상태를 봅니다. 2단계 인증이 필요해요.",
  operatorPanel: "운영자 페이지",
  operatorHealth: "시스템 상태",
} as const;
