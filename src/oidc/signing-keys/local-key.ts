/** A signing key in this process's memory, as oidc-provider calls those that it doesn't hold itself. */
import { createPrivateKey, createPublicKey, sign, type JsonWebKey, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { ExternalSigningKey, type JWK } from 'oidc-provider'
import { joseSignature } from './jose-signature.ts'

const signOnThread = promisify(sign)

/**
 * The provider's own way is WebCrypto on a thread, which takes four times as long as an ES256 signature itself: that one
 * is made here, in some 30 µs. One of RS256 takes ten times as long, and goes to a thread.
 */
export class LocalSigningKey extends ExternalSigningKey {
  readonly #private: KeyObject
  readonly #public: KeyObject

  constructor(jwk: JWK) {
    super()
    // Accessors of the provider's, whose types lack that they can be set.
    Object.assign(this, { kid: jwk.kid, alg: jwk.alg })
    this.#private = createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' })
    this.#public = createPublicKey(this.#private)
  }

  override keyObject(): KeyObject {
    return this.#public
  }

  override sign(data: Uint8Array): Uint8Array | Promise<Uint8Array> {
    // The bare key: with options around it, as for `dsaEncoding`, Node takes longer to look at them than to sign.
    return this.#private.asymmetricKeyType === 'ec'
      ? joseSignature(sign('sha256', data, this.#private))
      : signOnThread('sha256', data, this.#private)
  }
}
