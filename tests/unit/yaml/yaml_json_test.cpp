#include "runner/yaml/yaml_json.hpp"

#include <string>

#include <gtest/gtest.h>

namespace runner {

struct Written {
  const char* yaml;
  const char* json;
};

class YamlAsJson : public testing::TestWithParam<Written> {};

TEST_P(YamlAsJson, KeepsTypesAndOrder) {
  const YamlFile file("test.yml", std::string("value: ") + GetParam().yaml + "\n");
  EXPECT_EQ(json_of(*file.root().find("value")), GetParam().json);
}

INSTANTIATE_TEST_SUITE_P(
    Each, YamlAsJson,
    testing::Values(Written{"{ z: 1, a: { b: [x, 2, true] } }", R"({"z":1,"a":{"b":["x",2,true]}})"},
                    Written{"Ayu Lestari", R"("Ayu Lestari")"}, Written{"'3'", R"("3")"}, Written{"-3", "-3"},
                    Written{"1.5e3", "1500.0"}, Written{"0812-3456", R"("0812-3456")"},
                    Written{"007", R"("007")"}, Written{"+62811", R"("+62811")"},
                    Written{"'true'", R"("true")"}, Written{"false", "false"}, Written{"~", "null"},
                    Written{"null", "null"}, Written{"", "null"},
                    Written{"Null and void", R"("Null and void")"},
                    Written{"'say \"hi\"'", R"("say \"hi\"")"}, Written{"[]", "[]"}, Written{"{}", "{}"}));

}  // namespace runner
