// Random bytes from the system's generator, drawn in blocks since salts and nonces are needed
// 60,000 times a second. A forked child must never repeat its parent's bytes, so a fork empties the
// block. Owned by crypto.
#pragma once

#include <cstdint>
#include <span>

#include "base/ids.h"
#include "base/secret_bytes.h"

namespace bulkhead {

void random_bytes(std::span<std::uint8_t> to);
SecretBytes random_secret(std::size_t bytes);

// `random_id<struct CaseTag>()` gives a CaseId.
template <class Tag>
Id<Tag> random_id() {
  Id<Tag> id;
  random_bytes(id.bytes);
  return id;
}

}  // namespace bulkhead
