package dev.minilab.api;

import java.util.Collections;
import java.util.Enumeration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The condition `If-None-Match` (RFC 9110, 13.1.2): a client has an answer already, and wants another only if it has
/// changed.
final class IfNoneMatch {

    /// A member of the list: an entity tag, weak or strong (8.8.3). A tag may hold commas.
    private static final Pattern MEMBER =
            Pattern.compile("[ \\t,]*(?:W/)?(\"[\\x21\\x23-\\x7E\\x80-\\xFF]*\")[ \\t]*(?=,|$)");

    private IfNoneMatch() {}

    /// Whether an entity tag is one of those that a client names, or it names all. They are compared weakly, as the
    /// RFC has it for this condition. What cannot be read, and all after it, names nothing.
    static boolean names(Enumeration<String> headers, String etag) {
        String list = String.join(",", Collections.list(headers)).strip();
        if (list.equals("*")) {
            return true;
        }
        Matcher member = MEMBER.matcher(list);
        while (member.lookingAt()) {
            if (member.group(1).equals(etag)) {
                return true;
            }
            member.region(member.end(), list.length());
        }
        return false;
    }
}
