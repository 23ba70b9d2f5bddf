/** An object with some of its methods in place of its own. Adapters may be classes, whose methods stand in the prototype. */
export function overlaid<T extends object>(object: T, methods: object): T {
  const bound = new Map<PropertyKey, unknown>(Object.entries(methods));
  return new Proxy(object, {
    get(target, name) {
      if (bound.has(name)) return bound.get(name);
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      const method: unknown = value.bind(target);
      bound.set(name, method);
      return method;
    },
  });
}
