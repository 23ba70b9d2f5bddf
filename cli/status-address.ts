/** Where a role tells how it is: the value of `--metrics-port`. */
import { InvalidArgumentError } from 'commander';

export interface StatusAddress {
  readonly host: string;
  readonly port: number;
}

/** `9464`, or `0.0.0.0:9464`. */
export function statusAddress(text: string): StatusAddress {
  const [, host = '127.0.0.1', port = ''] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? [];
  if (port !== '' && Number(port) <= 65_535)
    return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
  throw new InvalidArgumentError('It must be a port such as 9464, or an address such as 0.0.0.0:9464.');
}
