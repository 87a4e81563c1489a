// The development certificate: self-signed, ECDSA P-256, for desk.localhost, api.localhost,
// portal.localhost and 127.0.0.1. It must never replace one that is there: an operator puts a real
// one in its place. Owned by supervisor.
#pragma once

#include <string>

#include "base/result.h"

namespace bulkhead {

inline constexpr long kDevCertificateDays = 397;

// Makes both files (PEM, RFC 5280 and RFC 5915; the key 0600) when the certificate is missing. The
// key is in place first, so a crash between the two is mended by the next start. kIo, kCrypto.
Status ensure_dev_certificate(const std::string& certificate_path, const std::string& key_path);

}  // namespace bulkhead
