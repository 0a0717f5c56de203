/**
 * Makes instances of a light class instances of the platform's as well. What the light prototype
 * does not define goes to the platform's object that `platformOf` makes of the instance.
 */
export function chainTo<Light extends object, Platform extends object>(
  light: Light,
  platform: Platform,
  platformOf: (self: Light) => Platform,
): void {
  Object.setPrototypeOf(light, platform);
  for (const key of Reflect.ownKeys(platform)) {
    const descriptor = Object.getOwnPropertyDescriptor(platform, key);
    if (Object.hasOwn(light, key) || !descriptor) continue;
    const { get, value, enumerable = false } = descriptor;
    if (get) {
      Object.defineProperty(light, key, {
        configurable: true,
        enumerable,
        get(this: Light) {
          return Reflect.apply(get, platformOf(this), []);
        },
      });
    } else if (typeof value === 'function') {
      Object.defineProperty(light, key, {
        configurable: true,
        enumerable,
        writable: true,
        value(this: Light, ...args: unknown[]): unknown {
          return Reflect.apply(value, platformOf(this), args);
        },
      });
    }
  }
}
