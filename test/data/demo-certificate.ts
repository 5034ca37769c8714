/** A certificate of demo.acme.test with its key, made for tests alone; good to 2036. */
export const DEMO_CERTIFICATE = {
  cert: [
    '-----BEGIN CERTIFICATE-----',
    'MIIBoTCCAUigAwIBAgIUYKoFTAiJ4ANwcz2+6gbo9OzNEQcwCgYIKoZIzj0EAwIw',
    'GTEXMBUGA1UEAwwOZGVtby5hY21lLnRlc3QwHhcNMjYxMTI4MTkwODQzWhcNMzYx',
    'MTI1MTkwODQzWjAZMRcwFQYDVQQDDA5kZW1vLmFjbWUudGVzdDBZMBMGByqGSM49',
    'AgEGCCqGSM49AwEHA0IABDijziQ8QMKE7d41SV5kif31NOcHRP8+hVksJ/1LElsO',
    'rvfDZ1fObzEAQAlzlUaZdZFHPhPCXMq4IU7OJzdvx0WjbjBsMB0GA1UdDgQWBBSB',
    'hciE8+o0P3PyrqTbgPNEDov8GjAfBgNVHSMEGDAWgBSBhciE8+o0P3PyrqTbgPNE',
    'Dov8GjAPBgNVHRMBAf8EBTADAQH/MBkGA1UdEQQSMBCCDmRlbW8uYWNtZS50ZXN0',
    'MAoGCCqGSM49BAMCA0cAMEQCIA/k3YjaXUrxzqdurxFVAXonjQlJ3PRkk3geuDZ3',
    'l6jNAiBMXm+ZZoY9cpaGk4t2cX0zM2ZN5e55hFnexrrZxs6z5g==',
    '-----END CERTIFICATE-----',
  ].join('\n'),
  key: [
    '-----BEGIN PRIVATE KEY-----',
    'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAKYuvKJ+wv5aUNcT',
    'Ob++j7xCexcyvG5Bv6Cy9XnaED+hRANCAAQ4o84kPEDChO3eNUleZIn99TTnB0T/',
    'PoVZLCf9SxJbDq73w2dXzm8xAEAJc5VGmXWRRz4TwlzKuCFOzic3b8dF',
    '-----END PRIVATE KEY-----',
  ].join('\n'),
}
