/** The tables of `npm run bench:capacity`. */
import type { Prediction } from './check.ts';
import type { Costs } from './costs.ts';
import type { FleetReport } from './fleet.ts';

export interface FleetRow {
  readonly name: string;
  readonly report: FleetReport;
}

export function renderFleets(rows: readonly FleetRow[]): string {
  const head =
    '| | nodes/s | slots at work | busiest orchestrator | busiest Redis | commands/s | connections | dispatch p50 | p99 | longest | slowest shard ÷ median | slots empty though nodes were ready |';
  return lines([head, rule(head), ...rows.map(renderFleet)]);
}

function renderFleet({ name, report }: FleetRow): string {
  const { waits, nodes, seconds } = report;
  const cells = [
    name,
    round(nodes / seconds),
    percent(report.slots),
    percent(report.orchestrator),
    percent(report.redis),
    round(report.commandsPerSecond),
    round(report.connections),
    `${waits.quantile(0.5).toFixed(1)} ms`,
    `${waits.quantile(0.99).toFixed(1)} ms`,
    `${(waits.max / 1_000).toFixed(2)} s`,
    report.slowestShard.toFixed(2),
    percent(report.starved),
  ];
  return `| ${cells.join(' | ')} |`;
}

export function renderPredictions(predictions: readonly Prediction[]): string {
  const head = '| | predicted | measured | ratio |';
  const rows = predictions.map(({ measure, unit, predicted, measured }) => {
    const ratio = (predicted / measured).toFixed(2);
    return `| ${measure} | ${figure(predicted)} ${unit} | ${figure(measured)} ${unit} | ${ratio} |`;
  });
  return lines([head, rule(head), ...rows]);
}

export function renderCosts({ orchestrator, worker, redis, hopMs }: Costs): string {
  const head = '| | orchestrator | worker | Redis |';
  const micros = (ms: number) => `${Math.round(ms * 1_000)} µs`;
  const share = (part: number) => `${(part * 100).toFixed(2)} % of a core`;
  return lines([
    head,
    rule(head),
    `| processor, a commit | ${micros(orchestrator.commitMs)} | – | ${micros(redis.commitMs)} |`,
    `| processor, a node | ${micros(orchestrator.nodeMs)} | ${micros(worker.nodeMs)} | ${micros(redis.nodeMs)} |`,
    `| without work | ${share(orchestrator.idle)} | ${share(worker.idle)} | ${share(redis.idle)} for an orchestrator |`,
    `| more for each worker | ${share(orchestrator.idleByWorker)} | – | ${share(redis.idleByWorker)} |`,
    `| a beat (2/s a worker and shard it has work of) | – | – | ${micros(redis.beatMs)} |`,
    `| commands, with those within scripts | – | ${redis.commandsByWorker.toFixed(1)}/s a worker | ${redis.commandsByNode.toFixed(1)} a node |`,
    `| bytes through sockets, a node | – | – | ${Math.round(redis.bytesByNode)} |`,
    `| bytes kept, a finished node | – | – | ${Math.round(redis.keptByNode)} |`,
    `| connections | ${redis.connectionsByOrchestrator} | ${redis.connectionsByWorker} | – |`,
    `| one way to Redis | ${hopMs.toFixed(3)} ms | | |`,
  ]);
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}

function rule(head: string): string {
  return head.replaceAll(/[^|]+/g, '---');
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}

function round(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function figure(value: number): string {
  return value >= 100 ? round(value) : value.toFixed(2);
}
