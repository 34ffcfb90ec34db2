/** What every server of the tests seals and hashes by, unless a test is about that. */
export const testSecretKey = 'test-only-key-0123456789-abcdefghijklmnopqrstuvwxyz'
