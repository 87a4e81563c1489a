#include "keeper/session_proof.h"

#include <algorithm>

#include "crypto/constant_time.h"
#include "crypto/hash.h"

namespace bulkhead {

bool ReplayWindow::accept(std::uint64_t counter) {
  constexpr std::uint64_t kWord = 64;
  if (counter == 0) return false;
  if (counter > newest_) {
    const auto ahead = counter - newest_;
    if (ahead >= kReplayWindowWidth) {
      seen_ = {};
    } else {
      const auto words = ahead / kWord, bits = ahead % kWord;
      for (std::size_t i = seen_.size(); i-- > 0;) {
        std::uint64_t word = i >= words ? seen_[i - words] << bits : 0;
        if (bits != 0 && i >= words + 1) word |= seen_[i - words - 1] >> (kWord - bits);
        seen_[i] = word;
      }
    }
    newest_ = counter;
  }
  const auto back = newest_ - counter;
  if (back >= kReplayWindowWidth) return false;
  auto& word = seen_[back / kWord];
  const std::uint64_t bit = 1ull << back % kWord;
  if ((word & bit) != 0) return false;
  word |= bit;
  return true;
}

bool SessionProofs::made_for(const wire::Proof& proof, const wire::Target& target) const {
  const auto content = sha256(view_of(target.content()));
  const auto bytes = wire::proof_bytes(proof, target.method, target.path, content);
  return equal_in_constant_time(hmac_sha256(key_, bytes), proof.mac);
}

Status SessionProofs::take(const wire::Proof& proof) {
  if (proof.lane >= open_) return fail(ErrorCode::kRefused, "lane is not open");
  if (!lanes_[proof.lane].accept(proof.counter))
    return fail(ErrorCode::kConflict, "proof came before");
  return {};
}

Result<std::uint8_t> SessionProofs::open_lane(std::uint8_t lanes_max) {
  if (open_ >= std::min(lanes_max, wire::kLanesMax))
    return fail(ErrorCode::kTooLarge, "all lanes are open");
  return open_++;
}

}  // namespace bulkhead
