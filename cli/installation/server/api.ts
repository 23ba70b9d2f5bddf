/** The API as the verbs call it: refusals become sentences with an exit code, and a run is found by its id alone. */
import type { z } from 'zod';
import { SluiceError } from '../../../engine/core/errors.ts';
import { isRunId } from '../../../engine/core/run-id.ts';
import { type ApiClient, ApiFailure, type ApiRequest } from '../../../server/client/client.ts';
import type { AnyOperation, Operation } from '../../../server/operation.ts';
import { findRunPlace } from '../../../server/operations/everywhere.ts';
import type { RequestCode } from '../../../server/problem.ts';
import { EXIT } from '../../exit-code.ts';
import { CliFailure } from '../../failure.ts';

const EXIT_OF = {
  invalid_request: EXIT.usage,
  not_found: EXIT.notFound,
  method_not_allowed: EXIT.unreachable,
  payload_too_large: EXIT.usage,
  unsupported_media_type: EXIT.unreachable,
  precondition_failed: EXIT.conflict,
  unauthenticated: EXIT.unreachable,
  forbidden: EXIT.unreachable,
  rate_limited: EXIT.unreachable,
  too_many_streams: EXIT.unreachable,
} as const satisfies Record<RequestCode, number>;

/** What a person may do about it. */
const ADVICE: { readonly [code in RequestCode]?: string } = {
  unauthenticated: 'Give a token by SLUICE_TOKEN, SLUICE_TOKEN_FILE or --token-file.',
  forbidden: 'Ask an admin for a token that may.',
  method_not_allowed: 'The server may be of another version.',
};

export interface RunPlace {
  readonly namespace: string;
  readonly run: string;
}

export class ServerApi {
  readonly #client: ApiClient;
  readonly #places = new Map<string, Promise<RunPlace>>();

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /** @throws SluiceError with the engine's codes; CliFailure for what only a server refuses */
  read<
    Params extends z.ZodObject,
    Query extends z.ZodObject,
    Body extends z.ZodType,
    Reply extends z.ZodType,
  >(
    operation: Operation<Params, Query, Body, Reply>,
    request: ApiRequest<Params, Query, Body> = {},
  ): Promise<z.input<Reply>> {
    return told(this.#client.read(operation, request));
  }

  /** The answer as it comes. @throws as `read` */
  open(
    operation: Pick<AnyOperation, 'method' | 'path'>,
    request: ApiRequest<z.ZodObject, z.ZodObject, z.ZodType> = {},
  ): Promise<Response> {
    return told(this.#client.open(operation, request));
  }

  /** The namespace of a run, asked for once. @throws SluiceError run_not_found */
  place(run: string): Promise<RunPlace> {
    const known = this.#places.get(run);
    if (known) return known;
    const found = this.#find(run);
    this.#places.set(run, found);
    found.catch(() => this.#places.delete(run));
    return found;
  }

  async #find(run: string): Promise<RunPlace> {
    // What is no id at all would be refused as a request, and is none the less a run that is not there.
    if (!isRunId(run))
      throw new SluiceError(
        'run_not_found',
        `no run has the id "${run}"; \`sluice list\` shows the runs that there are`,
      );
    const { namespace } = await this.read(findRunPlace, { params: { run } });
    return { namespace, run };
  }
}

async function told<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (thrown) {
    throw thrown instanceof ApiFailure ? failureOf(thrown) : thrown;
  }
}

function failureOf({ problem: { code, detail } }: ApiFailure): CliFailure {
  const known = Object.hasOwn(EXIT_OF, code) ? (code as RequestCode) : undefined;
  const advice = known && ADVICE[known];
  const exitCode = known === undefined ? EXIT.failed : EXIT_OF[known];
  return new CliFailure(exitCode, advice === undefined ? detail : `${detail} ${advice}`);
}
