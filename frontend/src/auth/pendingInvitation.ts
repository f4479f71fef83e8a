/** The invitation that somebody is about to accept, kept over signing up and the mail in between. */
const STORED = "voice-studio.invitation";

export function keepInvitation(token: string): void {
  localStorage.setItem(STORED, token);
}

export function forgetInvitation(): void {
  localStorage.removeItem(STORED);
}

/** Its page; undefined where nothing is pending. */
export function invitationPath(): string | undefined {
  const token = localStorage.getItem(STORED);
  return token ? `/invitations/${encodeURIComponent(token)}` : undefined;
}
