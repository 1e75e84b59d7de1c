/** Times are whole microseconds since 1970, UTC. */
export interface TokenTable {
  readonly id: string
  readonly name: string
  /** SHA-256 of the secret half, in hexadecimal. The secret itself is kept nowhere. */
  readonly secret_hash: string
  /** Words parted by a space. */
  readonly scopes: string
  readonly created_at: number
  readonly expires_at: number | null
  readonly last_used_at: number | null
  readonly revoked_at: number | null
}

/** Every value that a setting ever had; the one with the highest version is in force. */
export interface SettingTable {
  readonly name: string
  readonly version: number
  /** JSON. Text, not a JSON column, so that both databases give back what was stored. */
  readonly value: string
  readonly changed_at: number
  readonly changed_by: string
}

export interface ControlTables {
  readonly token: TokenTable
  readonly setting: SettingTable
}
