#include "ledger/cosignature.h"

#include <fmt/format.h>

namespace bulkhead {
namespace {

constexpr std::size_t kTimeBytes = 8;
constexpr std::size_t kPayloadBytes = kTimeBytes + std::tuple_size_v<Ed25519Signature>;

std::string message_of(std::string_view checkpoint_text, std::uint64_t time_s) {
  return fmt::format("cosignature/v1\ntime {}\n{}", time_s, checkpoint_text);
}

}  // namespace

Result<NoteSignature> cosign(std::string_view checkpoint_text, std::string_view name,
                             const SigningKey& key, std::uint64_t time_s) {
  if (time_s == 0 || time_s > kCosignatureTimeMax || !checkpoint_text.ends_with('\n')) {
    return fail(ErrorCode::kMalformed, "this cannot be cosigned");
  }
  const auto verifier =
      TRY(NoteVerifier::create(name, NoteKeyType::kCosignature, key.public_key()));
  const auto signature = key.sign(view_of(message_of(checkpoint_text, time_s)));
  Bytes payload(kTimeBytes);
  put_big_endian(time_s, payload.data());
  payload.insert(payload.end(), signature.begin(), signature.end());
  return NoteSignature{std::string(name), verifier.key_id(), std::move(payload)};
}

bool cosignature_holds(const Ed25519PublicKey& key, std::string_view checkpoint_text,
                       ByteView payload) {
  if (payload.size() != kPayloadBytes) return false;
  const auto time_s = get_big_endian<std::uint64_t>(payload.data());
  if (time_s > kCosignatureTimeMax) return false;
  return verify_ed25519(key, view_of(message_of(checkpoint_text, time_s)),
                        payload.subspan(kTimeBytes));
}

Result<std::uint64_t> cosignature_time_s(const NoteSignature& signature) {
  if (signature.signature.size() != kPayloadBytes)
    return fail(ErrorCode::kMalformed, "not a cosignature");
  return get_big_endian<std::uint64_t>(signature.signature.data());
}

}  // namespace bulkhead
