#pragma once

#include "runner/core/finding.hpp"
#include "runner/migration/migration.hpp"

namespace runner {

/// What is wrong with the bytes of a migration or rollback, before anybody reads them as SQL: not UTF-8, a
/// byte order mark, line ends of Windows, no statement. Nothing for a file that cannot be read: that is told
/// with the folder.
Findings check_content(const std::filesystem::path& path, const std::string& shown_path,
                       const std::string& subject);

}  // namespace runner
