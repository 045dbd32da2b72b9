// The part of autocannon that is used; it brings no types.
declare module "autocannon" {
  export type Request = {
    readonly hostname: string;
    readonly port: string | number;
    readonly method?: string;
    readonly path?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Buffer;
  };
  export type Options = {
    readonly url: readonly string[];
    readonly connections: number;
    /** Seconds. */
    readonly duration?: number;
    /** Requests in all, instead of a duration. */
    readonly amount?: number;
    /** Seconds. */
    readonly timeout: number;
    /** Milliseconds. */
    readonly sampleInt: number;
    readonly requests: readonly {
      readonly setupRequest: (request: Request, context: object) => Request;
      readonly onResponse: (status: number, body: string, context: object) => void;
    }[];
  };
  export type Result = { readonly errors: number; readonly timeouts: number; readonly duration: number };
  const autocannon: (options: Options) => Promise<Result>;
  // biome-ignore lint/style/noDefaultExport: it is what the package exports.
  export default autocannon;
}
