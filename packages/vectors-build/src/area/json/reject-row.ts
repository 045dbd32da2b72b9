/** A document that is refused: the fault, the input, and the accepted case that differs in this one thing. */
export type BadRow = readonly [
  id: string,
  clause: string,
  code: string,
  fault: string,
  input: { readonly bytes: unknown },
  twin: string,
  why: string,
  kills: string,
];
