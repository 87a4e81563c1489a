#include "cli/demo_sign_ins.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <set>

#include "base/descriptor.h"
#include "cli/output.h"

namespace bulkhead::cli {
namespace {

std::string text_at(const boost::json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::uint32_t number_at(const boost::json::object& object, std::string_view name) {
  boost::system::error_code error;
  const auto* const value = object.if_contains(name);
  const auto number = value == nullptr ? 0u : value->to_number<std::uint32_t>(error);
  return error ? 0 : number;
}

template <class Take>
void for_each_object(const boost::json::object& from, std::string_view name, Take take) {
  const auto* const list = from.if_contains(name);
  if (list == nullptr || !list->is_array()) return;
  for (const auto& item : list->as_array()) {
    if (item.is_object()) take(item.as_object());
  }
}

}  // namespace

const DemoSignIn* DemoSignIns::find(std::string_view name) const {
  const auto found = std::ranges::find(staff, name, &DemoSignIn::name);
  return found == staff.end() ? nullptr : &*found;
}

const DemoClientSecret* DemoSignIns::find_client(std::string_view name) const {
  const auto found = std::ranges::find(clients, name, &DemoClientSecret::name);
  return found == clients.end() ? nullptr : &*found;
}

Result<DemoSignIns> load_sign_ins(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return fail(ErrorCode::kNotFound,
                "there are no demo sign-ins here; make them with: bulkhead demo");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  boost::system::error_code error;
  const auto json = boost::json::parse(text, error);
  if (error || !json.is_object())
    return fail(ErrorCode::kMalformed, "demo-sign-ins.json is broken");
  DemoSignIns sign_ins;
  for_each_object(json.as_object(), "staff", [&](const boost::json::object& one) {
    sign_ins.staff.push_back({.number = number_at(one, "number"),
                              .name = text_at(one, "name"),
                              .display_name = text_at(one, "display_name"),
                              .role = word_from<Role>(text_at(one, "role")).value_or(Role::kAgent),
                              .team = text_at(one, "team"),
                              .password = text_at(one, "password"),
                              .otpauth = text_at(one, "otpauth")});
  });
  for_each_object(json.as_object(), "clients", [&](const boost::json::object& one) {
    sign_ins.clients.push_back(
        {.number = number_at(one, "number"),
         .name = text_at(one, "name"),
         .description = text_at(one, "description"),
         .role = word_from<Role>(text_at(one, "role")).value_or(Role::kClient),
         .secret = text_at(one, "secret")});
  });
  return sign_ins;
}

Status save_sign_ins(const std::string& path, const DemoSignIns& sign_ins) {
  boost::json::array staff, clients;
  for (const auto& one : sign_ins.staff) {
    staff.push_back({{"number", one.number},
                     {"name", one.name},
                     {"display_name", one.display_name},
                     {"role", name_of(one.role)},
                     {"team", one.team},
                     {"password", one.password},
                     {"otpauth", one.otpauth}});
  }
  for (const auto& one : sign_ins.clients) {
    clients.push_back({{"number", one.number},
                       {"name", one.name},
                       {"description", one.description},
                       {"role", name_of(one.role)},
                       {"secret", one.secret}});
  }
  const auto text =
      boost::json::serialize(boost::json::object{{"staff", staff}, {"clients", clients}}) + "\n";
  const auto next = path + ".next";
  Descriptor file(open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file || write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      std::rename(next.c_str(), path.c_str()) != 0) {
    return fail(ErrorCode::kIo, "demo-sign-ins.json cannot be written");
  }
  return {};
}

std::string describe(const DemoSignIns& sign_ins, bool everybody) {
  std::string out = "Sign-ins of Example Airways. Nobody here is real.\n";
  std::set<Role> shown;
  for (const auto& one : sign_ins.staff) {
    if (!everybody && !shown.insert(one.role).second) continue;
    out += fmt::format(
        "\n{}  {}, {}{}\n  password  {}\n  code now  bulkhead demo code {}\n{}  {}\n", one.name,
        one.display_name, name_of(one.role), one.team.empty() ? "" : " in team " + one.team,
        one.password, one.name, qr_text(one.otpauth), one.otpauth);
  }
  const auto left = sign_ins.staff.size() - std::min(shown.size(), sign_ins.staff.size());
  if (!everybody && left > 0) out += fmt::format("\n{} more: bulkhead demo sign-ins --all\n", left);
  if (!sign_ins.clients.empty()) out += "\nAPI clients and auditors:\n";
  Table table({"  name", "role", "secret", "what it is"});
  for (const auto& one : sign_ins.clients) {
    table.add({"  " + one.name, std::string(name_of(one.role)), one.secret, one.description});
  }
  return sign_ins.clients.empty() ? out : out + table.text();
}

}  // namespace bulkhead::cli
