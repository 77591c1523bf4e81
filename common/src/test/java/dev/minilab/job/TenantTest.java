package dev.minilab.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Tenants")
class TenantTest {
    private static final String FORTY = "a123456789b123456789c123456789d123456789";

    @ParameterizedTest
    @ValueSource(strings = {"default", "a", "0", "acme-2", "a-", "a--b", FORTY})
    @DisplayName("have names of a-z, 0-9 and -")
    void names(String name) {
        assertThat(new Tenant(name)).hasToString(name).isEqualTo(new Tenant(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-a",
                "A",
                "Acme",
                "a_b",
                "a.b",
                "..",
                "../b",
                "a/b",
                "a b",
                "a\n",
                "\0",
                "ä",
                "a\u0661",
                FORTY + "0"
            })
    @DisplayName("of other names are refused, and the name is not repeated")
    void otherNames(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Tenant(name))
                .withMessage("not a tenant name: 1 to 40 of a-z, 0-9 and -");
    }

    @Test
    @DisplayName("are called default where there are no API keys")
    void defaultTenant() {
        assertThat(Tenant.DEFAULT).hasToString("default");
    }
}
