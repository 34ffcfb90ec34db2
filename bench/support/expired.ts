/** Fills a database with what has expired and waits to be swept: rows of every kind, at most a day past their end. */
import { connect } from '../../src/platform/database-connection.ts'

/** Spread over the people who are there; their end lies between now and the sweeper's day. */
const statements = [
  `INSERT INTO token_families (id, grant_id, user_id, client_id, created_at, expires_at)
    SELECT 'fam_expired_' || n, g.id, g.user_id, g.client_id, now() - interval '40 days', now() - random() * interval '20 hours'
    FROM generate_series(1, $1) n JOIN LATERAL (SELECT * FROM grants OFFSET n % (SELECT count(*) FROM grants) LIMIT 1) g ON true`,
  `INSERT INTO authorization_codes (digest, family_id, client_id, user_id, redirect_uri, resource, payload, issued_at, expires_at, consumed_at, sweep_at)
    SELECT sha256(('code ' || id)::bytea), id, client_id, user_id, 'https://app.example.com/callback', '{}', '{}', created_at, expires_at,
      CASE WHEN random() < 0.5 THEN created_at END, expires_at + interval '1 day' FROM token_families WHERE id LIKE 'fam_expired_%'`,
  `INSERT INTO refresh_tokens (digest, family_id, client_id, user_id, resource, payload, issued_at, initially_issued_at, expires_at, consumed_at, sweep_at)
    SELECT sha256(('refresh ' || id)::bytea), id, client_id, user_id, '{}', '{}', created_at, created_at, expires_at,
      CASE WHEN random() < 0.5 THEN created_at END, expires_at + interval '1 day' FROM token_families WHERE id LIKE 'fam_expired_%'`,
  `INSERT INTO access_tokens (digest, family_id, client_id, user_id, payload, issued_at, expires_at)
    SELECT sha256(('access ' || id)::bytea), id, client_id, user_id, '{}', created_at, expires_at FROM token_families WHERE id LIKE 'fam_expired_%'`,
  `INSERT INTO sessions (id, digest, uid, user_id, created_at, expires_at)
    SELECT 'ses_expired_' || id, sha256(('session ' || id)::bytea), 'expired ' || id, user_id, created_at, expires_at FROM token_families WHERE id LIKE 'fam_expired_%'`,
  `INSERT INTO interactions (digest, client_id, payload_sealed, created_at, expires_at)
    SELECT sha256(('interaction ' || id)::bytea), client_id, '\\x00', created_at, expires_at FROM token_families WHERE id LIKE 'fam_expired_%'`,
]

/** @param count of each kind */
export async function addExpired(databaseUrl: string, count: number): Promise<void> {
  await using client = await connect(databaseUrl, 'bench')
  for (const [index, statement] of statements.entries()) await client.query(statement, index === 0 ? [count] : [])
  await client.query('ANALYZE')
}
