const PROFILE = /^\/etc\/apparmor\.d\/(?!(?:abi|abstractions|cache|disable|force-complain|local|tunables)\/).+/;

/** Whether a path on a node holds an AppArmor profile, not what profiles include or which of them are switched off. */
export function isProfilePath(path: string): boolean {
  return PROFILE.test(path);
}
