import type { Role } from "../../api/workspace";
import type { Key } from "../../i18n";

export const ROLE_NAMES: Record<Role, Key> = { owner: "roleOwner", member: "roleMember" };
