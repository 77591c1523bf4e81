package dev.minilab.standalone;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The rooms know only whom they may")
class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.minilab");

    private static final String[] STORE_AND_QUEUE = {"dev.minilab.store..", "dev.minilab.queue..", "dev.minilab.aws.."};

    @Test
    @DisplayName("the job contract knows nobody")
    void jobKnowsNobody() {
        noClasses()
                .that()
                .resideInAPackage("dev.minilab.job..")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages(
                        "dev.minilab.job..", "java..", "com.fasterxml.jackson.annotation..", "org.jspecify..")
                .check(CLASSES);
    }

    @Test
    @DisplayName("the AWS SDK stays in the rooms of store and queue")
    void awsStaysInside() {
        noClasses()
                .that()
                .resideOutsideOfPackages(STORE_AND_QUEUE)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("software.amazon..")
                .check(CLASSES);
    }

    @Test
    @DisplayName("inspecting and rendering know no store and no queue")
    void imagesKnowNoStore() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.minilab.inspect..",
                        "dev.minilab.worker.render..",
                        "dev.minilab.worker.image..",
                        "dev.minilab.worker.codec..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.minilab.store..", "dev.minilab.queue..", "dev.minilab.record..")
                .check(CLASSES);
    }

    @Test
    @DisplayName("consuming knows no jobs and no images")
    void consumingKnowsNoImages() {
        noClasses()
                .that()
                .resideInAPackage("dev.minilab.worker.consume..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.minilab.job..",
                        "dev.minilab.inspect..",
                        "dev.minilab.store..",
                        "dev.minilab.record..",
                        "dev.minilab.worker.render..")
                .check(CLASSES);
    }

    @Test
    @DisplayName("the API decodes no pixels, and API and worker do not know each other")
    void apiAndWorkerAreStrangers() {
        noClasses()
                .that()
                .resideInAPackage("dev.minilab.api..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.minilab.worker..", "javax.imageio..", "java.awt..", "net.coobird..", "org.bytedeco..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("dev.minilab.worker..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.minilab.api..", "dev.minilab.standalone..")
                .check(CLASSES);
    }

    @Test
    @DisplayName(
            "image libraries stay in the rooms of codecs and pixels, HTTP clients for strangers in the egress room")
    void librariesStayInTheirRooms() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.minilab.worker.codec..", "dev.minilab.worker.image..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("net.coobird..", "org.bytedeco..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.minilab.egress..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.hc..")
                .check(CLASSES);
    }

    @Test
    @DisplayName("OpenTelemetry stays in the room of traces")
    void tracesStayInside() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.minilab.trace..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.opentelemetry..")
                .check(CLASSES);
    }

    @Test
    @DisplayName("the client knows nobody, and only commands know the client")
    void clientIsAlone() {
        noClasses()
                .that()
                .resideInAPackage("dev.minilab.client..")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages(
                        "dev.minilab.client..",
                        "java..",
                        "javax.crypto..",
                        "tools.jackson..",
                        "com.fasterxml.jackson.annotation..",
                        "org.jspecify..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.minilab.client..", "dev.minilab.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.minilab.client..")
                .check(CLASSES);
    }

    @Test
    @DisplayName("packages point one way")
    void noCycles() {
        slices().matching("dev.minilab.(**)").should().beFreeOfCycles().check(CLASSES);
    }
}
