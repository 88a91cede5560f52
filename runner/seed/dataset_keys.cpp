#include "runner/seed/dataset_keys.hpp"

#include <array>

namespace runner {

static constexpr std::array<std::string_view, 3> conflicts{"error", "skip", "update"};
static constexpr std::array<std::string_view, 4> types{"text", "trim", "number", "date"};
static constexpr std::array<std::string_view, 1> ciphers{"aes-256-gcm"};
static constexpr std::array<std::string_view, 1> conditions{"empty"};

static constexpr std::array top_keys{
    OptionSpec{.name = "version",
               .type = OptionType::integer,
               .help = "Version of the file's format",
               .min = dataset_version,
               .max = dataset_version,
               .required = true},
    OptionSpec{.name = "table",
               .help = "Table that gets the rows, with its schema: public.invoices",
               .required = true},
    OptionSpec{.name = "key",
               .type = OptionType::text_list,
               .help = "Natural key: the table's columns by which two rows are the same"},
    OptionSpec{.name = "on_conflict",
               .type = OptionType::choice,
               .help = "What becomes of a row whose natural key the table has already",
               .default_text = "error",
               .choices = conflicts},
    OptionSpec{.name = "depends_on",
               .type = OptionType::text_list,
               .help = "Datasets that are loaded before this one"},
};

static constexpr std::array source_keys{
    OptionSpec{.name = "file", .help = "CSV file, relative to this file", .required = true},
    OptionSpec{.name = "delimiter",
               .help = "The one character between fields; a tab is \"\\t\"",
               .default_text = ",",
               .non_empty = false},
    OptionSpec{
        .name = "encoding", .help = "Encoding of the file, by its name in iconv", .default_text = "utf-8"},
    OptionSpec{.name = "unused",
               .type = OptionType::text_list,
               .help = "CSV columns that are left out on purpose; any other that nothing reads is an error"},
};

static constexpr std::array column_keys{
    OptionSpec{.name = "from",
               .type = OptionType::text_list,
               .help = "CSV column that is read, by its name in the header; several for a lookup's key; "
                       "default: the column's own name"},
    OptionSpec{.name = "as",
               .type = OptionType::choice,
               .help = "How the field is read: as it is, without spaces around it, as a number, as a date",
               .default_text = "text",
               .choices = types},
    OptionSpec{.name = "format",
               .help = "How dates are written: YYYY, MM, DD (or M, D) and what stands between them",
               .default_text = "YYYY-MM-DD"},
    OptionSpec{.name = "decimals",
               .type = OptionType::integer,
               .help = "How many digits a number may have behind the point; more would be rounded",
               .max = 100},
    OptionSpec{.name = "null_if",
               .type = OptionType::text_list,
               .help = "Texts that mean NULL; an empty field always does",
               .non_empty = false},
    OptionSpec{.name = "required",
               .type = OptionType::boolean,
               .help = "Whether NULL is an error",
               .default_text = "false"},
    OptionSpec{.name = "else", .help = "What a value becomes that `map` does not list", .non_empty = false},
    OptionSpec{.name = "const", .help = "The value of every row; nothing is read", .non_empty = false},
    OptionSpec{.name = "encrypt",
               .type = OptionType::choice,
               .help = "Encrypt the value with the key in ENCRYPTION_KEY before it becomes SQL",
               .choices = ciphers},
    OptionSpec{.name = "days_between",
               .type = OptionType::text_list,
               .help = "Two CSV columns with dates: the days from the first to the second"},
};

static constexpr std::array lookup_keys{
    OptionSpec{.name = "table", .help = "Table in which the row is looked up", .required = true},
    OptionSpec{.name = "key",
               .type = OptionType::text_list,
               .help = "Its natural key: one column for each CSV column in `from`",
               .required = true},
    OptionSpec{.name = "id", .help = "Its column whose value is taken", .default_text = "id"},
};

static constexpr std::array skip_keys{
    OptionSpec{.name = "column", .help = "CSV column that is looked at", .required = true},
    OptionSpec{.name = "is",
               .type = OptionType::choice,
               .help = "Skip the row when the field is empty",
               .choices = conditions},
    OptionSpec{.name = "in",
               .type = OptionType::text_list,
               .help = "Skip the row when the field is one of these texts"},
    OptionSpec{.name = "reason", .help = "Why such a row stays out", .required = true},
};

static constexpr std::array expect_keys{
    OptionSpec{.name = "column", .help = "Column of the table", .required = true},
    OptionSpec{.name = "covers",
               .type = OptionType::text_list,
               .help = "Classes that must each have a row: a value, or numbers as <0, <=0, 0..10, >=10, >10",
               .required = true},
    OptionSpec{.name = "by",
               .help = "Another column, reached over columns with a lookup: client_id.risk_category"},
    OptionSpec{.name = "by_covers",
               .type = OptionType::text_list,
               .help = "Values of that column, each of which must have rows of every class"},
};

static constexpr std::array sections{
    DatasetSection{.help = "A dataset of runner", .keys = top_keys},
    DatasetSection{.name = "source", .help = "The CSV file", .keys = source_keys},
    DatasetSection{.name = "columns",
                   .kind = DatasetSectionKind::named_map,
                   .help = "The table's columns that get values",
                   .keys = column_keys},
    DatasetSection{.name = "lookup",
                   .parent = "columns",
                   .help = "Take the id of the row with this natural key",
                   .keys = lookup_keys},
    DatasetSection{.name = "skip_when",
                   .kind = DatasetSectionKind::list,
                   .help = "Rows that stay out and are counted",
                   .keys = skip_keys},
    DatasetSection{.name = "expect",
                   .kind = DatasetSectionKind::list,
                   .help = "What the rows must exercise; looked at after loading",
                   .keys = expect_keys},
};

std::span<const DatasetSection> dataset_sections() {
  return sections;
}

const DatasetSection& dataset_section(std::string_view name) {
  for (const DatasetSection& section : sections)
    if (section.name == name) return section;
  return sections.front();
}

}  // namespace runner
