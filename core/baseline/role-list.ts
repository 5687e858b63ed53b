import { z } from 'zod';

/** Roles of nodes as baseline files hold them: at least one. */
export const ROLE_LIST = z.array(z.enum(['control-plane', 'worker', 'gpu'])).min(1);
