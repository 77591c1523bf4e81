package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.support.ui.Select;

@DisplayName("The console, in a real Chromium")
class ConsoleIT {

    @TempDir
    static Path folder;

    private static MinilabProcess minilab;
    private static URI api;
    private static Client client;
    private static Browser browser;

    @BeforeAll
    static void start() throws Exception {
        minilab = MinilabProcess.start(
                Map.of(),
                "serve",
                "--port",
                "0",
                "--data",
                folder.resolve("data").toString());
        api = minilab.awaitUri();
        client = new Client(api);
        browser = new Browser(folder.resolve("profile"));
        Files.write(folder.resolve("harbour.jpg"), Images.jpeg(1800, 1200));
        Files.write(folder.resolve("logo.png"), Images.transparentPng(900, 600));
        Files.writeString(folder.resolve("notes.jpg"), "not an image");
    }

    @AfterAll
    static void stop() {
        browser.close();
        minilab.close();
    }

    @BeforeEach
    void usual() {
        browser.desktop();
        browser.prefer("light");
    }

    private static String path(String file) {
        return folder.resolve(file).toAbsolutePath().toString();
    }

    private static void drop(String... files) {
        browser.driver()
                .findElement(By.id("files"))
                .sendKeys(String.join(
                        "\n", List.of(files).stream().map(ConsoleIT::path).toList()));
    }

    /// Whether every picture of the page has been loaded and has pixels.
    private static boolean picturesLoaded(int count) {
        return Boolean.TRUE.equals(browser.ask(
                "const all = [...document.querySelectorAll('.gallery img')];"
                        + "all.forEach((i) => i.scrollIntoView());"
                        + "return all.length === arguments[0] && all.every((i) => i.complete && i.naturalWidth > 0)",
                count));
    }

    @Test
    @DisplayName("an image that is dropped is uploaded straight to the store, followed, and shown with what it saved")
    void uploads() throws Exception {
        browser.open(api, "/");
        drop("harbour.jpg");
        browser.await("both outputs", () -> picturesLoaded(2));
        WebElement card = browser.find(".upload");
        assertThat(card.findElement(By.cssSelector(".badge")).getText()).isEqualTo("succeeded");
        assertThat(card.getText()).contains("harbour.jpg", "320 × 213", "1280 × 853", "% saved");
        String store = DataFolder.secrets(folder.resolve("data")).accessKeyId();
        List<?> requests = (List<?>)
                browser.ask("return performance.getEntriesByType('resource').map((e) => decodeURIComponent(e.name))");
        assertThat(requests)
                .as("the original went past the API")
                .anySatisfy(url -> assertThat(url.toString()).contains("/uploads/", store));
        browser.button("Copy link").click();
        browser.button("Copied");
        browser.run("scrollTo(0, 0)");
        browser.picture("upload");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @DisplayName(
            "outputs of one's own are shown as JSON and curl while they are made up, and told to the inbox, verified")
    void ownOutputs() throws Exception {
        browser.open(api, "/");
        WebElement own = browser.find("input[value=outputs]");
        own.click();
        WebElement width = browser.find(".output .fields input[type=number]");
        width.clear();
        width.sendKeys("200");
        new Select(browser.find(".output select:first-of-type")).selectByVisibleText("cover");
        browser.find("input[maxlength='200']").sendKeys("sku-77");
        browser.driver()
                .findElement(By.xpath("//label[contains(., 'Webhook to the inbox')]//input"))
                .click();
        String json = browser.find(".preview pre:first-of-type").getText();
        assertThat(json).contains("\"width\": 200", "\"external_id\": \"sku-77\"", "/console/inbox");
        assertThat(browser.all(".preview pre").getLast().getText())
                .contains("curl -F image=@photo.jpg", "\"width\":200", api + "/v1/jobs");
        browser.picture("own-outputs");
        drop("logo.png");
        browser.await("its outputs", () -> picturesLoaded(2));

        browser.open(api, "/inbox");
        WebElement message = browser.find(".inbox .panel");
        assertThat(message.getText()).contains("job.succeeded", "verified").doesNotContain("not verified");
        browser.picture("inbox");
        message.findElement(By.cssSelector("a[href*=job_]")).click();

        browser.await(
                "a delivery", () -> browser.find("section table").getText().contains("204"));
        browser.button("Deliver again").click();
        browser.await("another delivery", () -> browser.all("section tbody tr").size() == 2);
        browser.picture("job");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @DisplayName("what is not an image is refused with a reason that people understand")
    void refused() throws Exception {
        browser.open(api, "/");
        drop("notes.jpg");
        WebElement problem = browser.find(".upload .problem");
        assertThat(problem.getText()).isNotBlank();
        assertThat(browser.find(".upload .badge").getText()).isEqualTo("failed");
        browser.picture("refused");
    }

    @Test
    @DisplayName("jobs are listed with filters; one is tried again and deleted, after a question")
    void jobs() throws Exception {
        String id = client.upload(Images.jpeg(400, 300), "?external_id=console-filter");
        client.awaitTerminal(id, Duration.ofSeconds(60));
        browser.open(api, "/jobs?external_id=console-filter");
        browser.await("the one job", () -> browser.all("tbody tr").size() == 1);
        assertThat(browser.find("tbody").getText()).contains(id, "succeeded", "console-filter");
        browser.picture("jobs");

        browser.find("tbody a").click();
        browser.awaitPage("/jobs/" + id);
        browser.button("Retry").click();
        browser.await("the new job", () -> !browser.find("h1.id").getText().equals(id));
        assertThat(browser.find("dl.facts").getText()).contains(id);

        browser.open(api, "/jobs/" + id);
        browser.button("Delete").click();
        browser.find("#confirm-dialog button[value=no]").click();
        assertThat(client.get("/v1/jobs/" + id).statusCode()).isEqualTo(200);
        browser.button("Delete").click();
        browser.find("#confirm-yes").click();
        browser.awaitPage("/jobs");
        assertThat(client.get("/v1/jobs/" + id).statusCode()).isEqualTo(410);
    }

    @Test
    @DisplayName("health shows readiness, workers and render processes")
    void health() throws Exception {
        browser.open(api, "/health");
        browser.await("cards", () -> browser.all(".card").size() >= 4);
        assertThat(browser.find(".cards").getText()).contains("ready", "Workers", "Render processes");
        browser.picture("health");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    @DisplayName("everything can be reached by keyboard, and where one is can be seen")
    void keyboard() {
        browser.open(api, "/");
        browser.driver().switchTo().activeElement().sendKeys(Keys.TAB);
        assertThat(browser.driver().switchTo().activeElement().getText()).isEqualTo("Skip to content");
        for (String reached : List.of("Minilab", "Upload", "Jobs")) {
            WebElement active = browser.driver().switchTo().activeElement();
            active.sendKeys(Keys.TAB);
            WebElement next = browser.driver().switchTo().activeElement();
            assertThat(next.getText()).isEqualTo(reached);
            assertThat(next.getCssValue("outline-style"))
                    .as("the outline of %s", reached)
                    .isNotEqualTo("none");
        }
        browser.driver().switchTo().activeElement().sendKeys(Keys.ENTER);
        browser.awaitPage("/jobs");
        browser.open(api, "/");
        browser.run("document.getElementById('files').focus()");
        String outline = browser.find(".drop").getCssValue("outline-style");
        assertThat(outline)
                .as("the drop area shows that its input has the focus")
                .isNotEqualTo("none");
    }

    @ParameterizedTest(name = "{0} in {1}")
    @CsvSource({"phone, light", "phone, dark", "desktop, dark"})
    @DisplayName("every page fits a phone, in light and dark")
    void fits(String device, String scheme) throws Exception {
        if (device.equals("phone")) {
            browser.phone();
        }
        browser.prefer(scheme);
        for (String page : List.of("/", "/jobs", "/inbox", "/health")) {
            browser.open(api, page);
            Number overflow = (Number)
                    browser.ask("return document.documentElement.scrollWidth - document.documentElement.clientWidth");
            assertThat(overflow.intValue()).as("%s overflows by", page).isZero();
            browser.picture(device + "-" + scheme + page.replace("/", "-"));
        }
        String ground = browser.find("html").getCssValue("background-color");
        int red = Integer.parseInt(ground.replaceFirst("\\D*(\\d+).*", "$1"));
        assertThat(red < 128).as("the ground %s is dark", ground).isEqualTo(scheme.equals("dark"));
    }

    @Test
    @DisplayName("where keys are on it asks for one, says when it is wrong, and works with the right one")
    void keys() throws Exception {
        Path keys = folder.resolve("keys.json");
        MinilabProcess command = MinilabProcess.start(Map.of(), "keys", "create", "--file", keys.toString());
        assertThat(command.awaitExit(60)).isZero();
        String key = command.output().stream()
                .filter(line -> line.startsWith("mlk_"))
                .findFirst()
                .orElseThrow();
        Map<String, String> env = Map.of("MINILAB_API_KEYS_FILE", keys.toString());
        try (MinilabProcess locked = MinilabProcess.start(
                env, "serve", "--port", "0", "--data", folder.resolve("locked").toString())) {
            URI uri = locked.awaitUri();
            browser.driver().get(uri.resolve("/#/jobs").toString());
            enter("mlk_wrong");
            assertThat(browser.find("#key-problem").getText()).contains("does not accept");
            browser.picture("key");
            enter(key);
            browser.driver().get(uri.resolve("/#/").toString());
            browser.awaitPage("/");
            drop("harbour.jpg");
            browser.await("both outputs", () -> picturesLoaded(2));
        }
    }

    private static void enter(String key) {
        WebElement input = browser.find("#key-dialog input");
        input.clear();
        input.sendKeys(key);
        browser.find("#key-dialog button[value=use]").click();
        browser.await(
                "an answer",
                () -> !input.isDisplayed()
                        || !browser.find("#key-problem").getText().isEmpty());
    }
}
