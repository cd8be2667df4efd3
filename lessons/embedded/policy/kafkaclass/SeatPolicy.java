package kafkaclass;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.server.policy.AlterConfigPolicy;
import org.apache.kafka.server.policy.CreateTopicPolicy;

/**
 * What a program on a laptop may make of its topics (KIP-108, KIP-133), in the numbers that the app's own forms have.
 *
 * <p>ACLs say whose topics are whose, and count nothing: one request for a topic of 9,900 partitions with 3 replicas ended
 * brokers with OutOfMemoryError, and again at each start. So the controller refuses what a seat could not do in a page
 * either: more partitions, other settings or other values than are offered, and too many replicas at once. Of a group it
 * lets change what share groups need, and not of many groups at once: Kafka keeps settings of groups that do not exist, too.
 * A policy is not told who asks; whose topic or group it is stands in its name, {@code <class>.<seat>.<name>}. All others are
 * the app's.
 */
public final class SeatPolicy implements CreateTopicPolicy, AlterConfigPolicy {
    private static final String OURS = "kafkaclass.";
    private static final Map<String, Bucket> BUCKETS = new ConcurrentHashMap<>();
    private static final Map<String, Bucket> BUCKETS_OF_GROUPS = new ConcurrentHashMap<>();

    private final Map<String, long[]> settings = new HashMap<>();
    private int mostPartitions;
    private double mostReplicas;
    private double replicasPerSecond;
    private Set<String> groupSettings;
    private double mostGroups;
    private double groupsPerSecond;

    @Override
    public void configure(Map<String, ?> configs) {
        mostPartitions = Integer.parseInt(text(configs, "most.partitions"));
        mostReplicas = Double.parseDouble(text(configs, "most.replicas.at.once"));
        replicasPerSecond = Double.parseDouble(text(configs, "replicas.per.second"));
        groupSettings = Set.of(text(configs, "group.settings").split(","));
        mostGroups = Double.parseDouble(text(configs, "most.groups.at.once"));
        groupsPerSecond = Double.parseDouble(text(configs, "groups.per.second"));
        for (String setting : text(configs, "settings").split(",")) {
            String[] parts = setting.split(":");  // its name, and the least and the most of a number
            settings.put(parts[0], parts.length < 3 ? null : new long[] {Long.parseLong(parts[1]), Long.parseLong(parts[2])});
        }
    }

    @Override
    public void validate(CreateTopicPolicy.RequestMetadata wanted) {
        String seat = seatOf(wanted.topic());
        if (seat == null) {
            return;
        }
        int partitions = partitionsOf(wanted);
        if (partitions > mostPartitions) {
            throw new PolicyViolationException(
                "A topic of this class has at most " + mostPartitions + " partitions, and not " + partitions + ".");
        }
        wanted.configs().forEach(this::refuseSetting);
        Bucket bucket = BUCKETS.computeIfAbsent(seat, any -> new Bucket(mostReplicas));
        if (!bucket.take(replicasOf(wanted, partitions), mostReplicas, replicasPerSecond)) {
            throw new PolicyViolationException("That is too many topics at once. Wait a little.");
        }
    }

    @Override
    public void validate(AlterConfigPolicy.RequestMetadata wanted) {
        ConfigResource resource = wanted.resource();
        String seat = seatOf(resource.name());
        if (seat == null) {
            return;
        }
        if (resource.type() == ConfigResource.Type.TOPIC) {
            wanted.configs().forEach(this::refuseSetting);
        } else if (resource.type() == ConfigResource.Type.GROUP) {
            refuseGroup(seat, wanted.configs().keySet());
        }
    }

    @Override
    public void close() {
    }

    private void refuseGroup(String seat, Set<String> names) {
        names.stream().filter(name -> !groupSettings.contains(name)).findAny().ifPresent(SeatPolicy::refuse);
        Bucket bucket = BUCKETS_OF_GROUPS.computeIfAbsent(seat, any -> new Bucket(mostGroups));
        if (!bucket.take(1, mostGroups, groupsPerSecond)) {
            throw new PolicyViolationException("Those are settings of too many groups at once. Wait a little.");
        }
    }

    private static void refuse(String name) {
        throw new PolicyViolationException("The setting " + name + " is not one that a seat of this class may change.");
    }

    private void refuseSetting(String name, String value) {
        if (!settings.containsKey(name)) {
            refuse(name);
        }
        long[] bounds = settings.get(name);
        if (bounds == null || value == null) {
            return;
        }
        long number;
        try {
            number = Long.parseLong(value.trim());
        } catch (NumberFormatException error) {
            throw new PolicyViolationException(name + " is a number, and not " + value + ".");
        }
        if (number < bounds[0] || number > bounds[1]) {
            throw new PolicyViolationException(
                name + " is a number from " + bounds[0] + " to " + bounds[1] + " in this class, and not " + value + ".");
        }
    }

    private static int partitionsOf(CreateTopicPolicy.RequestMetadata wanted) {
        return wanted.replicasAssignments() != null ? wanted.replicasAssignments().size() : wanted.numPartitions();
    }

    private static int replicasOf(CreateTopicPolicy.RequestMetadata wanted, int partitions) {
        if (wanted.replicasAssignments() == null) {
            return partitions * wanted.replicationFactor();
        }
        return wanted.replicasAssignments().values().stream().mapToInt(brokers -> brokers.size()).sum();
    }

    /** Null for a topic or a group of the app's, and for a broker. */
    private static String seatOf(String name) {
        if (name.startsWith("_")) {
            return null;
        }
        int first = name.indexOf('.');
        int second = first < 0 ? -1 : name.indexOf('.', first + 1);
        return second < 0 ? null : name.substring(0, second);
    }

    private static String text(Map<String, ?> configs, String name) {
        return String.valueOf(configs.get(OURS + name));
    }

    /** How many replicas a seat may still make at this moment, or groups it may set; it fills up again by itself. */
    private static final class Bucket {
        private double left;
        private long filledAt = System.nanoTime();

        Bucket(double most) {
            left = most;
        }

        synchronized boolean take(int wanted, double most, double perSecond) {
            long now = System.nanoTime();
            left = Math.min(most, left + (now - filledAt) * perSecond / 1e9);
            filledAt = now;
            if (wanted > left) {
                return false;
            }
            left -= wanted;
            return true;
        }
    }
}
