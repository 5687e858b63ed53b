import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** What the service counts. `deliveries` by answer, gauges read when scraped. */
export type Metrics = Readonly<{
  registry: Registry;
  webhook: Counter<'status'>;
  refused: Counter<'verdict'>;
}>;

/** `backlog` is asked at each scrape: jobs and publications that wait, and how long the oldest delivery has. */
export function openMetrics(
  backlog: () => Promise<
    Readonly<{ waitingJobs: number; pendingPublications: number; deadLetters: number; oldestDeliverySeconds: number }>
  >,
): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  // Prometheus collects all metrics at once: one look at the backlog serves all gauges of a scrape.
  let looking: ReturnType<typeof backlog> | null = null;
  const look = () => {
    looking ??= backlog().finally(() => {
      looking = null;
    });
    return looking;
  };
  const gauge = (name: string, help: string, read: (now: Awaited<ReturnType<typeof backlog>>) => number) =>
    new Gauge({
      name: `kubelet_gate_${name}`,
      help,
      registers: [registry],
      async collect() {
        this.set(read(await look()));
      },
    });
  gauge('jobs_waiting', 'Jobs that wait for a worker', now => now.waitingJobs);
  gauge('publications_pending', 'Check runs, reviews and comments not yet on GitHub', now => now.pendingPublications);
  gauge('dead_letters', 'Work given up on', now => now.deadLetters);
  gauge('oldest_delivery_seconds', 'Age of the oldest unfinished webhook delivery', now => now.oldestDeliverySeconds);
  return {
    registry,
    webhook: new Counter({
      name: 'kubelet_gate_webhook_deliveries_total',
      help: 'Webhook requests by answer',
      labelNames: ['status'],
      registers: [registry],
    }),
    refused: new Counter({
      name: 'kubelet_gate_gate_answers_total',
      help: 'Answers to Ansible asking whether a commit may be applied',
      labelNames: ['verdict'],
      registers: [registry],
    }),
  };
}
