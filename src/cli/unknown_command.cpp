#include "cli/unknown_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace bulkhead::cli {
namespace {

constexpr std::size_t kWordBytesMax = 64;  // a longer word is like no command of ours

// Optimal string alignment: insertions, deletions, substitutions, swaps of neighbours.
std::size_t typing_errors(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> table(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        table[i][j] = i + j;
        continue;
      }
      auto least = std::min({table[i - 1][j] + 1, table[i][j - 1] + 1,
                             table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        least = std::min(least, table[i - 2][j - 2] + 1);
      table[i][j] = least;
    }
  }
  return table[a.size()][b.size()];
}

bool takes_words(const CLI::App& command) {
  return !command.get_options([](const CLI::Option* option) { return option->get_positional(); })
              .empty();
}

}  // namespace

std::vector<std::string> nearest(std::string_view word, std::span<const std::string> known) {
  if (word.empty() || word.size() > kWordBytesMax) return {};
  const auto errors_max = std::max<std::size_t>(1, word.size() / 3);
  std::vector<std::pair<std::size_t, std::string>> found;
  for (const auto& name : known) {
    const auto errors = name.starts_with(word) ? 0 : typing_errors(word, name);
    if (errors <= errors_max) found.emplace_back(errors, name);
  }
  std::ranges::sort(found);
  if (found.size() > kNearestMax) found.resize(kNearestMax);
  std::vector<std::string> names;
  names.reserve(found.size());
  for (auto& [errors, name] : found) names.push_back(std::move(name));
  return names;
}

std::optional<std::string> unknown_command(const CLI::App& app,
                                           std::span<const std::string> words) {
  const auto* here = &app;
  std::string line = app.get_name();
  for (const auto& word : words) {
    std::vector<std::string> known;
    const CLI::App* next = nullptr;
    for (const auto* const command : here->get_subcommands({})) {
      known.push_back(command->get_name());
      if (command->check_name(word)) next = command;
    }
    // Behind an option nobody knows what is its value and what a command.
    if (known.empty() || takes_words(*here) || word.starts_with('-')) return std::nullopt;
    if (next == nullptr) {
      const auto names = nearest(word, known);
      const auto hint = names.empty() ? fmt::format("{} --help lists them all", line)
                                      : fmt::format("nearest: {}", fmt::join(names, ", "));
      return fmt::format("there is no command \"{} {}\"; {}", line, word, hint);
    }
    here = next;
    line += " " + here->get_name();
  }
  return std::nullopt;
}

}  // namespace bulkhead::cli
