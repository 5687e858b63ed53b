import { appRoutes } from './routes/app.ts';
import { checkRoutes } from './routes/checks.ts';
import { conversationRoutes } from './routes/conversation.ts';
import { pullRoutes } from './routes/pulls.ts';
import { repositoryRoutes } from './routes/repositories.ts';
import type { Route } from './routes/route.ts';

/** Handlers by the operation's name in GitHub's description, `GET /repos/{owner}/{repo}`. */
export const ROUTES: Readonly<Record<string, Route>> = {
  ...appRoutes,
  ...repositoryRoutes,
  ...pullRoutes,
  ...conversationRoutes,
  ...checkRoutes,
};
