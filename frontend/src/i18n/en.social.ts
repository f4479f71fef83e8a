import type { koSocial } from "./ko.social";

export const enSocial: Record<keyof typeof koSocial, string> = {
  socialOr: "or",
  socialKakao: "Kakao",
  socialNaver: "Naver",
  socialGoogle: "Google",
  socialWithKakao: "Continue with Kakao",
  socialWithNaver: "Continue with Naver",
  socialWithGoogle: "Continue with Google",
  socialSignUp: "Accept the terms",
  socialSignUpAs: "You are signing up as {email}. Accept the terms, and you are done.",
  socialSignUpLead:
    "Enter the e-mail to sign up with and accept the terms. We send you a mail to confirm it.",
  socialMailSent: "We sent you a mail. Follow its link to confirm your address, then sign in.",
  socialCancelled: "You cancelled the sign-in",
  socialFailed: "The sign-in failed",
  socialFailedText: "Try again, or sign in with your e-mail and password.",
  socialConnectFailedText:
    "It could not be connected. It may belong to another account, or you signed in a while ago: sign in again and retry.",
  socialConnected: "Connected sign-ins",
  socialConnectedLead:
    "A connected account signs you in without a password. The second step is still asked.",
  socialConnect: "Connect",
  socialConnectNamed: "Connect {name}",
  socialDisconnect: "Disconnect",
  socialDisconnectNamed: "Disconnect {name}",
  socialNeedsPassword: "Without it you could not sign in. Set a password on this page first.",
  socialSignInAgain: "For your safety, sign in again and retry.",
};
