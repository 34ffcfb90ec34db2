/** Hashes that other implementations made or published, and the texts they are of. */

/** `of`: what was hashed. */
export const published: readonly { name: string; hash: string; of: string }[] = [
  {
    name: 'bcrypt $2a$ (crypt_blowfish)',
    hash: '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW',
    of: 'U*U',
  },
  {
    name: 'bcrypt $2y$, as PHP writes it',
    hash: '$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW',
    of: 'U*U',
  },
  {
    name: 'bcrypt behind the name that Spring gives it',
    hash: '{bcrypt}$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW',
    of: 'U*U',
  },
  {
    name: 'argon2id (the reference implementation)',
    hash: '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
    of: 'password',
  },
  {
    name: 'argon2i of two lanes (the reference implementation)',
    hash: '$argon2i$v=19$m=256,t=2,p=2$c29tZXNhbHQ$T/XOJ2mh1/TIpJHfCdQan76Q5esCFVoT5MAeIM1Oq2E',
    of: 'password',
  },
  {
    name: 'argon2i of the version before, which names none',
    hash: '$argon2i$m=256,t=2,p=2$c29tZXNhbHQ$tsEVYKap1h6scGt5ovl9aLRGOqOth+AMB+KwHpDFZPs',
    of: 'password',
  },
  {
    name: 'argon2 behind the name that Django gives it',
    hash: 'argon2$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
    of: 'password',
  },
  {
    name: 'PBKDF2 with SHA-256 (passlib)',
    hash: '$pbkdf2-sha256$29000$N2YMIWQsBWBMae09x1jrPQ$1t8iyB2A.WF/Z5JZv.lfCIhXXN33N23OSgQYThBYRfk',
    of: 'toomanysecrets',
  },
  {
    name: 'PBKDF2 with SHA-1 (RFC 6070)',
    hash: `$pbkdf2$4096$${Buffer.from('salt').toString('base64')}$SwB5AbdlSJq+rUnZJvch0GWkKcE=`,
    of: 'password',
  },
  {
    name: 'PBKDF2 with SHA-512 in the PHC string format (Python)',
    hash: '$pbkdf2-sha512$i=25000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$hZTeySA3hEVlE00dc9S4u7qVzcZBzmihVkTwkPCkzgw',
    of: 'lakeside walk in may',
  },
  {
    name: 'PBKDF2 of Django',
    hash: 'pbkdf2_sha256$100000$seasalt$BNZ6eyaNc8qFTJPjrAq99hSYb73EgAdytAtdBg2Sdcc=',
    of: 'lètmein',
  },
  {
    name: 'PBKDF2 of Werkzeug (Python)',
    hash: 'pbkdf2:sha256:26000$k0zN2Wc1uXhQ3rTb$9c311b2879e3fb284852b6531e80da7c133150d3616425354a9cddc747201723',
    of: 'lakeside walk in may',
  },
  {
    name: 'scrypt (RFC 7914)',
    hash: '$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw',
    of: 'pleaseletmein',
  },
  {
    name: 'scrypt of Django',
    hash: 'scrypt$16384$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw==',
    of: 'lètmein',
  },
  {
    name: 'scrypt of Werkzeug (Python)',
    hash: 'scrypt:32768:8:1$k0zN2Wc1uXhQ3rTb$8c993ecbc048b9edbdf9bd81e01be7fbe59cd51eed9f3234b486b7bd082612661954a6df587dec663f56a1b04eacbd28f11a19d406fe6e4407bdb1ec63f9e287',
    of: 'lakeside walk in may',
  },
]

/** From the README of firebase/scrypt. */
export const firebase = {
  base64_signer_key: 'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==',
  base64_salt_separator: 'Bw==',
  rounds: 8,
  mem_cost: 14,
  salt: '42xEC+ixf3L2lw==',
  passwordHash: 'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==',
  password: 'user1password',
} as const
