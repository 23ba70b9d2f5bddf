/** What HTTP requests of this process' workers may reach, from what the operator says. */
import { SluiceError } from '../engine/core/errors.ts';
import { ADDRESS_FORMS, type AddressPolicy, parseAddressRule } from '../engine/core/network/address-rules.ts';

/**
 * @param entries as ADDRESS_FORMS, separated by commas or spaces; undefined for none
 * @param isLocalOpen whether Redis is the private one of a folder: then all work is of one person on an own machine
 * @throws SluiceError not_possible for what is no such entry
 */
export function readAddressPolicy(entries: string | undefined, isLocalOpen: boolean): AddressPolicy {
  const allowed = (entries ?? '')
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .map((entry) => {
      const rule = parseAddressRule(entry);
      if (rule !== undefined) return rule;
      throw new SluiceError(
        'not_possible',
        `${JSON.stringify(entry)} cannot be allowed to be reached (--allow-address, SLUICE_ALLOW_ADDRESSES); write ${ADDRESS_FORMS}.`,
      );
    });
  return { isLocalOpen, allowed };
}
