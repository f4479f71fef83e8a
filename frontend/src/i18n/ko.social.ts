/** Signing in at Kakao, Naver and Google. */
export const koSocial = {
  socialOr: "또는",
  socialKakao: "카카오",
  socialNaver: "네이버",
  socialGoogle: "Google",
  socialWithKakao: "카카오로 계속하기",
  socialWithNaver: "네이버로 계속하기",
  socialWithGoogle: "Google로 계속하기",
  socialSignUp: "약관에 동의해 주세요",
  socialSignUpAs: "{email} 주소로 가입합니다. 약관에 동의하면 가입이 끝나요.",
  socialSignUpLead: "가입에 쓸 이메일을 넣고 약관에 동의해 주세요. 확인 메일을 보내 드릴게요.",
  socialMailSent:
    "확인 메일을 보냈습니다. 메일의 링크를 눌러 이메일을 인증하면 로그인할 수 있어요.",
  socialCancelled: "로그인을 취소했어요",
  socialFailed: "로그인하지 못했어요",
  socialFailedText: "다시 시도하거나 이메일과 비밀번호로 로그인해 주세요.",
  socialConnectFailedText:
    "연결하지 못했습니다. 이미 다른 계정에 연결되어 있거나, 로그인한 지 오래되었을 수 있습니다. 다시 로그인한 뒤 시도해 주세요.",
  socialConnected: "연결된 로그인",
  socialConnectedLead:
    "연결해 두면 비밀번호 없이 로그인할 수 있어요. 2단계 인증은 그대로 물어봅니다.",
  socialConnect: "연결하기",
  socialConnectNamed: "{name} 연결하기",
  socialDisconnect: "연결 끊기",
  socialDisconnectNamed: "{name} 연결 끊기",
  socialNeedsPassword:
    "이 연결을 끊으면 로그인할 방법이 없습니다. 이 페이지에서 비밀번호를 먼저 정해 주세요.",
  socialSignInAgain: "안전을 위해 다시 로그인한 뒤 시도해 주세요.",
} as const;
