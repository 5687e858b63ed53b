import type { Frame, HostRun } from './host-run.ts';
import { takeDueRoles } from './joined-roles.ts';
import { takeDueFacts } from './sent-facts.ts';

/** Takes over what other hosts did for this one, and gave to the play, before the place at hand. */
export function catchUp(run: HostRun, frame: Frame): void {
  if (run.due.length > 0) takeDueFacts(run, run.order);
  if (run.dueRoles.length > 0) takeDueRoles(run, frame, run.order);
}
