/** A JSON value as it is in a token. Claims are frozen: they may be shared. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** The claims of a token that is genuine, meant for us, and valid now. */
export interface Claims {
  readonly iss: string;
  readonly sub?: string;
  readonly aud?: string | readonly string[];
  readonly exp?: number;
  readonly nbf?: number;
  readonly iat?: number;
  readonly jti?: string;
  readonly client_id?: string;
  readonly scope?: string;
  readonly [name: string]: Json | undefined;
}

/** An algorithm that signatures may have. */
export type Algorithm = "EdDSA" | "Ed25519" | "ES256" | "RS256" | "PS256" | "HS256" | "HS384" | "HS512";

/** What is asked of tokens. */
export interface Policy {
  /** The issuer, as in `iss`. */
  issuer: string;
  /** The audience served, or several; `null` for tokens without one. */
  audience: string | readonly string[] | null;
  /** `access_token` (the default) is RFC 9068; `jwt` asks for an expiry only. */
  profile?: "access_token" | "jwt";
  /** The algorithms allowed; `EdDSA` and `ES256` by default. */
  algorithms?: readonly Algorithm[];
  /** The types accepted, with `null` if the header may have none. */
  typ?: readonly (string | null)[];
  /** What `kid` means; `optional` by default. */
  kid?: "optional" | "required" | "ignored";
  /** Seconds that clocks may be apart, up to 60; none by default. */
  leeway?: number;
  /** Names of claims to require beyond those of the profile. */
  require?: readonly string[];
}

/** What a verifier does besides asking the policy. */
export interface Conduct {
  /** Tokens whose verdict is kept, up to 100000; none by default. */
  cache?: number;
  /** The clock, in milliseconds; `Date.now` by default. */
  now?: () => number;
}

/** Keys that were agreed on. */
export interface GivenKeys {
  jwks: { readonly keys: readonly object[] };
  jwksUri?: undefined;
}

/** Keys that the issuer publishes. All times are in whole seconds. */
export interface PublishedKeys {
  /** An `https` URI, or `http` on this machine. */
  jwksUri: string | URL;
  jwks?: undefined;
  /** How long an answer may take, 1 to 60; 5 by default. */
  timeout?: number;
  /** How long keys are used without asking again, up to a day; 600 by default. */
  maxAge?: number;
  /** The least time between two requests, up to an hour; 30 by default. */
  cooldown?: number;
  /** How much longer keys are used while the issuer does not answer, up to a day; 3600 by default. */
  staleIfError?: number;
}

export type Options = Policy & Conduct & (GivenKeys | PublishedKeys);

/** One issuer's keys and what its tokens have to look like. */
export interface Verifier {
  /**
   * Loads the module and reads the options, which the first token does too.
   * @throws {TouchmarkError} if the options cannot be used
   */
  ready(): Promise<void>;
  /**
   * The claims of a token.
   * @throws {TouchmarkError} if the token is refused or cannot be judged
   */
  verify(token: string): Promise<Claims>;
}

/** What every call of this package rejects with. */
export interface TouchmarkError extends Error {
  readonly name: "TouchmarkError";
  /** The stable reason; README.md lists them. */
  readonly code: string;
}

/** What a token says about itself. Nobody vouches for any of it. */
export interface Inspected {
  readonly header: { readonly [name: string]: Json };
  readonly unverifiedClaims: { readonly [name: string]: Json };
}

/** Makes a verifier. Keys are fetched when the first token asks for them. */
export function createVerifier(options: Options): Verifier;

/**
 * Shows a token without verifying it.
 * @throws {TouchmarkError} if the text has not the form of a token
 */
export function inspect(token: string): Promise<Inspected>;
