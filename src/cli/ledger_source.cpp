#include "cli/ledger_source.h"

#include <filesystem>

#include "cli/server_url.h"
#include "client/client.h"
#include "ledger/note.h"
#include "wire/paths.h"

namespace bulkhead::cli {
namespace {

constexpr int kOk = 200, kBadRequest = 400, kNotFound = 404, kUnauthorised = 401, kTooMany = 429;

class HttpsSource final : public Source {
 public:
  HttpsSource(client::ServerAddress address, std::string prefix, const std::string& token)
      : client_(std::move(address)), prefix_(std::move(prefix)) {
    if (!token.empty()) fields_ = "Authorization: Bearer " + token + "\r\n";
  }

  Status connect() { return client_.connect(); }

  Result<Bytes> read(const std::string& name) override {
    const auto answer = TRY(client_.call_bare("GET", prefix_ + "/" + name, {}, fields_));
    if (answer.status == kNotFound)
      return fail(ErrorCode::kNotFound, "the server has no such file");
    if (answer.status == kUnauthorised)
      return fail(ErrorCode::kRefused, "the server wants an auditor's token: --token");
    if (answer.status == kBadRequest)
      return fail(ErrorCode::kRefused, "the server does not take this token (or this URL)");
    if (answer.status == kTooMany)
      return fail(ErrorCode::kUnavailable, "the server was asked too often; try again in a minute");
    if (answer.status != kOk)
      return fail(ErrorCode::kUnavailable, "the server does not give the file");
    return Bytes(answer.body.begin(), answer.body.end());
  }
  bool is_directory() const override { return false; }
  Result<std::vector<std::string>> list(const std::string&) override {
    return fail(ErrorCode::kRefused, "a server lists nothing");
  }

 private:
  client::Client client_;
  std::string prefix_;
  std::string fields_;
};

}  // namespace

Result<std::unique_ptr<Source>> open_ledger_source(const std::string& where,
                                                   const std::string& token,
                                                   const std::string& certificate,
                                                   const std::string& data_dir) {
  if (!where.starts_with("https://") && !where.starts_with("http://")) {
    std::error_code error;
    if (!std::filesystem::exists(where + "/checkpoint", error)) {
      return fail(ErrorCode::kNotFound,
                  "there is no ledger (or it belongs to another user): no checkpoint in it");
    }
    return std::make_unique<DirectorySource>(where);
  }
  if (token.find_first_of("\r\n ") != std::string::npos)
    return fail(ErrorCode::kMalformed, "a token has no blanks");
  const auto url = TRY(parse_server_url(where));
  auto source = std::make_unique<HttpsSource>(
      TRY(server_address(url, certificate, data_dir)),
      url.path.empty() ? std::string(wire::kLedgerPath) : url.path, token);
  TRY_STATUS(source->connect());
  return source;
}

std::string ledger_key(const wire::StatusAnswer& status) {
  const auto key =
      NoteVerifier::create(status.origin.value, NoteKeyType::kEd25519, status.ledger_public_key);
  return key ? key->text() : std::string();
}

}  // namespace bulkhead::cli
