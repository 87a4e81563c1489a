#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <functional>
#include <set>

#include "base/catalogue.h"
#include "front/problem.h"
#include "front/routes.h"
#include "wire/front_messages.h"

namespace bulkhead::front {
namespace {

const YAML::Node& document() {
  static const auto node = YAML::LoadFile(BULKHEAD_SOURCE_DIR "/docs/openapi.yaml");
  return node;
}

// "#/components/schemas/Field" and what it names.
YAML::Node resolve(YAML::Node node) {
  while (node.IsMap() && node["$ref"]) {
    auto path = node["$ref"].as<std::string>();
    EXPECT_TRUE(path.starts_with("#/")) << path;
    YAML::Node at = document();  // Shares the tree; reset() below only moves on in it.
    path.erase(0, 2);
    while (!path.empty()) {
      const auto slash = std::min(path.find('/'), path.size());
      const auto key = path.substr(0, slash);
      path.erase(0, std::min(slash + 1, path.size()));
      at.reset(at[key]);
      if (!at) {
        ADD_FAILURE() << "nothing at " << key;
        return {};
      }
    }
    node.reset(at);
  }
  return node;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return result;
}

using Operation = std::pair<std::string, std::string>;  // path, method

TEST(OpenApi, DescribesEveryRouteAndNothingElse) {
  std::set<Operation> described, served;
  for (const auto& path : document()["paths"]) {
    for (const auto& entry : path.second) {
      const auto key = entry.first.as<std::string>();
      if (key != "parameters") described.insert({path.first.as<std::string>(), key});
    }
  }
  for (const auto& route : all_routes())
    served.insert({std::string(route.pattern), lower(name_of(route.method))});
  EXPECT_EQ(described, served);
}

TEST(OpenApi, SaysWhatEachRouteNeeds) {
  std::set<std::string> ids;
  for (const auto& route : all_routes()) {
    const auto path = document()["paths"][std::string(route.pattern)];
    const auto operation = path[lower(name_of(route.method))];
    ASSERT_TRUE(operation) << route.pattern;
    EXPECT_TRUE(ids.insert(operation["operationId"].as<std::string>()).second) << route.pattern;
    EXPECT_TRUE(operation["summary"]) << route.pattern;
    EXPECT_EQ(static_cast<bool>(operation["requestBody"]), route.body == BodyRule::kJson)
        << route.pattern;
    const auto security = operation["security"];
    switch (route.needs) {
      case Needs::kProof:
        EXPECT_FALSE(security) << route.pattern;
        break;  // The document's default.
      case Needs::kNothing:
        EXPECT_TRUE(security && security.size() == 0) << route.pattern;
        break;
      case Needs::kAuditorToken:
        EXPECT_TRUE(security && security[0]["auditor"]) << route.pattern;
        break;
    }
    const auto answers = operation["responses"];
    if (route.needs != Needs::kNothing) {
      EXPECT_TRUE(answers["401"] && answers["503"]) << route.pattern;
    }
    if (route.body == BodyRule::kJson) {
      EXPECT_TRUE(answers["400"] && answers["415"]) << route.pattern;
      const auto schema = operation["requestBody"]["content"]["application/json"]["schema"];
      EXPECT_FALSE(schema["additionalProperties"].as<bool>(true)) << route.pattern;
      // A change names what it changes, at least one; all else has to be whole.
      if (route.method == Method::kPatch)
        EXPECT_EQ(schema["minProperties"].as<int>(0), 1) << route.pattern;
      else
        EXPECT_EQ(schema["required"].size(), schema["properties"].size()) << route.pattern;
    }
    for (const auto& answer : answers)
      EXPECT_TRUE(resolve(answer.second)["description"]) << route.pattern;
  }
}

TEST(OpenApi, EveryReferenceLeadsSomewhere) {
  int references = 0;
  const std::function<void(const YAML::Node&)> look = [&](const YAML::Node& node) {
    if (node.IsMap() && node["$ref"]) {
      ++references;
      EXPECT_TRUE(resolve(node));
    }
    if (!node.IsMap() && !node.IsSequence()) return;
    for (const auto& child : node) look(node.IsMap() ? child.second : child);
  };
  look(document());
  EXPECT_GT(references, 100);
}

std::vector<std::string> listed(const std::string& schema) {
  std::vector<std::string> words;
  for (const auto& word : document()["components"]["schemas"][schema]["enum"])
    words.push_back(word.as<std::string>());
  return words;
}
template <class Names>
std::vector<std::string> as_strings(const Names& names) {
  return {names.begin(), names.end()};
}

TEST(OpenApi, ListsTheProductsOwnWords) {
  std::vector<std::string> fields;
  fields.reserve(kFields.size());
  for (const auto& info : kFields) fields.emplace_back(info.name);
  EXPECT_EQ(listed("Field"), fields);
  EXPECT_EQ(listed("Role"), as_strings(Words<Role>::names));
  EXPECT_EQ(listed("Purpose"), as_strings(Words<Purpose>::names));
  EXPECT_EQ(listed("RequestType"), as_strings(Words<RequestType>::names));
  EXPECT_EQ(listed("Direction"), as_strings(Words<Direction>::names));
  EXPECT_EQ(listed("ContentTag"), as_strings(kContentTagNames));
  EXPECT_EQ(listed("AllowanceKind"), as_strings(Words<AllowanceKind>::names));
  EXPECT_EQ(listed("AllowanceStep"), as_strings(Words<AllowanceStep>::names));
}

TEST(OpenApi, ListsEveryProblemThatCanBeTold) {
  std::set<std::string> told, described;
  const auto add = [&](const Problem& problem) {
    told.insert("urn:bulkhead:reason:" + std::string(problem.name));
  };
  for (std::size_t i = 0; i < word_count<Reason>(); ++i) add(problem_of(static_cast<Reason>(i)));
  for (const auto refusal : {FrontRefusal::kNotFound, FrontRefusal::kMethod,
                             FrontRefusal::kMediaType, FrontRefusal::kHost, FrontRefusal::kBusy}) {
    add(problem_of(refusal));
  }
  for (const auto refusal :
       {ReadRefusal::kMalformed, ReadRefusal::kHeaderTooLarge, ReadRefusal::kBodyTooLarge,
        ReadRefusal::kTargetTooLong, ReadRefusal::kChunked, ReadRefusal::kExpect}) {
    add(problem_of(refusal));
  }
  const auto schema = document()["components"]["schemas"]["Problem"]["properties"]["type"]["enum"];
  for (const auto& type : schema) described.insert(type.as<std::string>());
  EXPECT_EQ(told, described);
}

TEST(OpenApi, ReasonsNameThemselves) {
  for (std::size_t i = 0; i < word_count<Reason>(); ++i) {
    const auto reason = static_cast<Reason>(i);
    EXPECT_EQ(problem_of(reason).name, bulkhead::name_of(reason));
  }
}

}  // namespace
}  // namespace bulkhead::front
