/** Reads large outputs for those who look at a run: people and programs see no references. */
import { SluiceError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { OutputsRef } from '../../core/large-outputs.ts';
import type { NodeOutput, RunHeader } from '../../core/run-header.ts';
import type { StoredRun } from '../../ports/shard-store.ts';
import type { OutputStore } from '../files/output-store.ts';

type Reader = Pick<OutputStore, 'get'>;

/** Bytes of JSON that are read for one look at a run; of further nodes only the small outputs show. */
const MAX_SHOWN_BYTES = 64 * 1_024 * 1_024;

/** @throws SluiceError invalid_record when they are not in the store */
export async function runOutputs(
  { id, outputs = {}, largeOutputs }: RunHeader,
  store: Reader | undefined,
): Promise<JsonObject> {
  if (largeOutputs === undefined) return outputs;
  const whole = await store?.get(largeOutputs);
  if (whole) return whole;
  throw new SluiceError(
    'invalid_record',
    `the outputs of run ${id} (${largeOutputs.bytes} bytes) are not in the store; does this process name the same place for artifacts as the workers?`,
  );
}

/** The run as if nothing had been moved out of its state; what is not in the store is left out. */
export async function withWholeOutputs(stored: StoredRun, store: Reader | undefined): Promise<StoredRun> {
  let left = MAX_SHOWN_BYTES;
  const read = async (ref: OutputsRef) => {
    if (ref.bytes > left) return undefined;
    left -= ref.bytes;
    return store?.get(ref);
  };
  const { header } = stored;
  const own = header.largeOutputs && (await read(header.largeOutputs));
  const outputs = new Map(stored.outputs);
  for (const [node, json] of stored.outputs) {
    if (!json.includes('"l":')) continue;
    const output = JSON.parse(json) as NodeOutput;
    const whole = output.l && (await read(output.l));
    if (whole) outputs.set(node, JSON.stringify({ ...output, o: whole }));
  }
  return { ...stored, header: own ? { ...header, outputs: own } : header, outputs };
}
