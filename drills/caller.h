// A caller of the public API whose answers are read into what drills look at. It must never know
// more than the answer says. Owned by drills; thieves and honest agents both use it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/catalogue.h"
#include "base/words.h"
#include "client/client.h"

namespace bulkhead::drills {

struct SeenValue {
  Field field{};
  bool masked = false;
  std::string value;
};
struct SeenCase {
  std::string id;
  std::uint32_t number = 0;
  ContactProof contact{};
  bool mine = false;
};
struct Answer {
  int status = 0;      // 0: none came
  std::string reason;  // of a refusal
  std::vector<SeenValue> values;
  std::vector<SeenCase> cases;  // of lists; one of an answer about a case
  bool more = false;
  std::vector<std::string> messages;  // their texts
  std::vector<std::string> grants;    // case ids
  std::optional<std::string> customer;
  std::string body;

  bool ok() const { return status >= 200 && status < 300; }
  bool refused() const { return status >= 400; }
};

class Caller {
 public:
  explicit Caller(client::ServerAddress address) : client_(std::move(address)) {}

  client::Client& client() { return client_; }
  Answer ask(std::string_view method, const std::string& target, const std::string& body = {});
  Answer ask_bare(std::string_view method, const std::string& target,
                  const std::string& fields = {});

  Answer cases(std::string_view view, std::uint32_t after = 0, unsigned limit = 200);
  Answer show(const std::string& id) { return ask("GET", "/api/v1/cases/" + id); }
  Answer masked(const std::string& id) { return ask("GET", "/api/v1/cases/" + id + "/record"); }
  Answer reveal(const std::string& id, FieldSet fields, Purpose purpose);
  Answer messages(const std::string& id) { return ask("GET", "/api/v1/cases/" + id + "/messages"); }
  Answer lookup(IdentifierKind kind, const std::string& value);
  Answer open_case(const std::string& customer, RequestType type);
  Answer count() { return ask("GET", "/api/v1/customers/count"); }
  Answer grants() { return ask("GET", "/api/v1/me/grants"); }
  Answer me() { return ask("GET", "/api/v1/me"); }

 private:
  client::Client client_;
};

}  // namespace bulkhead::drills
