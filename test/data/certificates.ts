/** Certificates for tests, made for them alone: nobody has their keys. The time of the cases lies between. */
export const CERTIFICATES = {
  /** to 2036 */
  long: [
    '-----BEGIN CERTIFICATE-----',
    'MIIBMDCB2AIBATAKBggqhkjOPQQDAjAlMSMwIQYDVQQDDBpyb290LmxpbmtlcmQu',
    'Y2x1c3Rlci5sb2NhbDAeFw0yNjAxMDEwMDAwMDBaFw0zNjAxMDEwMDAwMDBaMCUx',
    'IzAhBgNVBAMMGnJvb3QubGlua2VyZC5jbHVzdGVyLmxvY2FsMFkwEwYHKoZIzj0C',
    'AQYIKoZIzj0DAQcDQgAEtmvNu289HfSqQHDR5mLJCp/bj/Ey6VqBpbONPbpgno++',
    '51Wp0ueAUqCXmcT8SqkBgIxnJ8tvvFl3Ktd33fVvVDAKBggqhkjOPQQDAgNHADBE',
    'AiBp+hl7Dgeb3sMYQ1CH9+ihqR7jdhtbGDkotM38VMl9ewIgYZ4xbdn2XTiacvEQ',
    'd9T/k78E3pQ8rNhL/vo8lC5CNpQ=',
    '-----END CERTIFICATE-----',
  ].join('\n'),
  /** to 2026-12-20 */
  soon: [
    '-----BEGIN CERTIFICATE-----',
    'MIIBMTCB2AIBAjAKBggqhkjOPQQDAjAlMSMwIQYDVQQDDBpyb290LmxpbmtlcmQu',
    'Y2x1c3Rlci5sb2NhbDAeFw0yNTAxMDEwMDAwMDBaFw0yNjEyMjAwMDAwMDBaMCUx',
    'IzAhBgNVBAMMGnJvb3QubGlua2VyZC5jbHVzdGVyLmxvY2FsMFkwEwYHKoZIzj0C',
    'AQYIKoZIzj0DAQcDQgAEDVxs5Vi9SIfa+2D/p6sZ1URz/24DYm3o2aI/0fqtOH4v',
    'cgVvF0YYJpdJfse01MLaV75GLfEmkJhXHnRPzZalbjAKBggqhkjOPQQDAgNIADBF',
    'AiEAmZwdZNJXw/mwmdPP1yLWO9pYuNkev5B4vkARm2lZ9XQCIGoLcLxAlLyPH9NJ',
    'weIGyXi6waLzWPc24n1ZzSvXwbI9',
    '-----END CERTIFICATE-----',
  ].join('\n'),
  /** to 2026-11-01 */
  ended: [
    '-----BEGIN CERTIFICATE-----',
    'MIIBOjCB4AIBAzAKBggqhkjOPQQDAjApMScwJQYDVQQDDB5pZGVudGl0eS5saW5r',
    'ZXJkLmNsdXN0ZXIubG9jYWwwHhcNMjUwMTAxMDAwMDAwWhcNMjYxMTAxMDAwMDAw',
    'WjApMScwJQYDVQQDDB5pZGVudGl0eS5saW5rZXJkLmNsdXN0ZXIubG9jYWwwWTAT',
    'BgcqhkjOPQIBBggqhkjOPQMBBwNCAAQ44NxyVtgTwU79+GTE/0LqB+0lKJghou+q',
    'O7FcDGn9hFZFXbn6IMa2rpn4fumz/+Vnv/EqEAx/PAUyV65EJ91JMAoGCCqGSM49',
    'BAMCA0kAMEYCIQD6HUFoFcZAvFv2BARfCIvpGP7026uOK/E2fMzrS5X+sQIhAOB4',
    'OLkcBy8gxfgTn+CjIj2syRNNA9zl+UCCWwoONAXc',
    '-----END CERTIFICATE-----',
  ].join('\n'),
} as const
