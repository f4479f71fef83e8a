import type { koSecurity } from "./ko.security";

export const enSecurity: Record<keyof typeof koSecurity, string> = {
  secondStep: "Two-step sign-in",
  secondStepTitle: "One more step",
  secondStepLead:
    "Enter the 6 digits of your authenticator app, or use a passkey. A recovery code works too.",
  secondStepCode: "Code",
  secondStepAction: "Confirm",
  secondStepOff: "Add an authenticator app or a passkey, so that a leaked password opens nothing.",
  secondStepOn: "On",
  passkeySignIn: "Sign in with a passkey",
  passkeyUse: "Use a passkey",
  passkeyAdd: "Add a passkey",
  passkeyNew: "Passkey",
  passkeyFailed: "The passkey could not be checked. Try again or use another way.",
  passkeyRemoveNamed: "Delete {name}",
  appAdd: "Add an authenticator app",
  appName: "Authenticator app",
  appRemove: "Remove the app",
  appScan: "Scan the QR code with your authenticator app, then enter the 6 digits that it shows.",
  appPicture: "QR code for an authenticator app",
  appSecret: "If you can't scan it, enter this key by hand.",
  recoveryCodes: "Recovery codes",
  recoveryText: "Each signs you in once when your device is lost. Keep them in a safe place.",
  recoveryShow: "Show recovery codes",
  recoveryLeft: "{count} left",
  confirmPassword: "Enter your password once more to go on.",
  confirmElsewhere:
    "To be safe, sign in once more with a connected account. Back on this page, try again within 5 minutes.",
  passwordFirst: "Set a password",
  passwordFirstLead:
    "You signed up with another account and have no password yet. With one you can also sign in by e-mail.",
  passwordSet: "The password is set",
  acceptTitle: "Please review our terms",
  acceptLead:
    "A document has changed, or was not accepted yet. Please read and accept it. API keys keep working.",
  acceptMissing: "Please read and accept all of them.",
  acceptAction: "Accept",
  acceptLater: "Later",
  authWrongCode: "The code is wrong. Try again with a new one.",
};
