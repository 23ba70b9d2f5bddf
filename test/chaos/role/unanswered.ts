/** Says which calls of a port have had no answer for long: what somebody who looks for a role that hangs wants to know first. */
const LONG_MS = 30_000;

export function watchful<T extends object>(port: T, say: (text: string) => void): T {
  return new Proxy(port, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const reply: unknown = value.apply(target, args);
        if (!(reply instanceof Promise)) return reply;
        const timer = setTimeout(() => say(`no answer for ${LONG_MS} ms: ${String(name)}`), LONG_MS).unref();
        const settled = () => clearTimeout(timer);
        reply.then(settled, settled);
        return reply;
      };
    },
  });
}
