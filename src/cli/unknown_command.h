// What to say when a line names a command that does not exist: which one, and the real ones most
// like it. It must never run or guess a command itself. Owned by cli.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bulkhead::cli {

inline constexpr std::size_t kNearestMax = 3;

// Those of `known` that begin with `word` or come from it by few typing errors (a letter too many,
// too few, another, or two swapped), the nearest first, at most kNearestMax.
std::vector<std::string> nearest(std::string_view word, std::span<const std::string> known);

// A sentence when one of `words` (the line without the program's name) stands where a command of
// `app` is wanted and is none.
std::optional<std::string> unknown_command(const CLI::App& app, std::span<const std::string> words);

}  // namespace bulkhead::cli
