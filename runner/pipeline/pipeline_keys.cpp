#include "runner/pipeline/pipeline_keys.hpp"

#include <array>
#include <cstddef>

namespace runner {

static constexpr std::array<OptionSpec, 3> top_keys{{
    {.name = "version",
     .type = OptionType::integer,
     .help = "Version of the file's format",
     .min = pipeline_version,
     .max = pipeline_version,
     .required = true},
    {.name = "migrations",
     .help = "Folder of the migrations, relative to the repository root or absolute",
     .default_text = "migrations"},
    {.name = "rollbacks",
     .help = "Folder of the rollbacks, relative to the repository root or absolute",
     .default_text = "rollbacks"},
}};

static constexpr std::array<OptionSpec, 3> database_keys{{
    {.name = "url",
     .help = "Address of the target database; 'embedded' or empty: the local embedded server",
     .default_text = "${DATABASE_URL:-}",
     .non_empty = false},
    {.name = "history",
     .help = "Table of the applied versions",
     .default_text = "supabase_migrations.schema_migrations"},
    {.name = "allow_reset",
     .type = OptionType::boolean,
     .help = "Whether `runner db reset --yes-wipe` may wipe the target in CI, too",
     .default_text = "false"},
}};

static constexpr std::array<OptionSpec, 5> shadow_keys{{
    {.name = "server",
     .help = "Address of a server for shadow databases; empty: an embedded server",
     .default_text = "${SHADOW_DATABASE_URL:-}",
     .non_empty = false},
    {.name = "prelude",
     .type = OptionType::text_list,
     .help = "What migrations take for granted: roles, schemas and functions made in a shadow before them",
     .default_text = "supabase"},
    {.name = "baseline",
     .help = "SQL file that is executed in a shadow before the first migration",
     .default_text = "",
     .non_empty = false},
    {.name = "superuser",
     .type = OptionType::boolean,
     .help = "Whether migrations run as superuser in a shadow",
     .default_text = "false"},
    {.name = "stand_ins",
     .type = OptionType::boolean,
     .help =
         "Whether an embedded server stands in for known extensions that are not installed, by names only",
     .default_text = "true"},
}};

static constexpr std::array<OptionSpec, 2> seeds_keys{{
    {.name = "folder",
     .help = "Folder of the datasets, relative to the repository root or absolute",
     .default_text = "seeds"},
    {.name = "files",
     .type = OptionType::text_list,
     .help = "SQL files with rows that are there before the datasets, in the order in which they run"},
}};

static constexpr std::array<PipelineSection, 4> sections{{
    {.name = "", .help = "A pipeline of runner", .keys = top_keys},
    {.name = "database", .help = "The target database", .keys = database_keys},
    {.name = "shadow", .help = "The disposable databases where migrations are tried", .keys = shadow_keys},
    {.name = "seeds", .help = "The test data", .keys = seeds_keys},
}};

static constexpr std::array<TierName, 3> tiers{{
    {.name = "merge_request", .help = "Stages that run in merge request pipelines"},
    {.name = "default_branch", .help = "Stages that run on the default branch"},
    {.name = "manual", .help = "Stages that a person starts"},
}};

static constexpr std::array<std::string_view, 2> on_failure_choices{"stop", "continue"};
static constexpr std::array<OptionSpec, 1> common_step_keys{{
    {.name = "on_failure",
     .type = OptionType::choice,
     .help = "Whether later steps run when this one fails; the first failing code is the exit code",
     .default_text = "stop",
     .choices = on_failure_choices},
}};

std::span<const PipelineSection> pipeline_sections() {
  return sections;
}

const PipelineSection& pipeline_section(std::string_view name) {
  for (const PipelineSection& section : sections)
    if (section.name == name) return section;
  return sections.front();
}

std::span<const TierName> tier_names() {
  return tiers;
}

std::span<const OptionSpec> step_keys() {
  return common_step_keys;
}

}  // namespace runner
