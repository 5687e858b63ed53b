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
  const gauges = {
    waitingJobs: new Gauge({
      name: 'kubelet_gate_jobs_waiting',
      help: 'Jobs that wait for a worker',
      registers: [registry],
    }),
    pendingPublications: new Gauge({
      name: 'kubelet_gate_publications_pending',
      help: 'Check runs, reviews and comments not yet on GitHub',
      registers: [registry],
    }),
    deadLetters: new Gauge({ name: 'kubelet_gate_dead_letters', help: 'Work given up on', registers: [registry] }),
    oldestDeliverySeconds: new Gauge({
      name: 'kubelet_gate_oldest_delivery_seconds',
      help: 'Age of the oldest unfinished webhook delivery',
      registers: [registry],
      async collect() {
        const now = await backlog();
        gauges.waitingJobs.set(now.waitingJobs);
        gauges.pendingPublications.set(now.pendingPublications);
        gauges.deadLetters.set(now.deadLetters);
        gauges.oldestDeliverySeconds.set(now.oldestDeliverySeconds);
      },
    }),
  };
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
