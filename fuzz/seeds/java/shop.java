package shop;

import java.util.*;

@Service
public class Cart<T extends Item> implements Iterable<T> {
    private final Map<String, T> items = new HashMap<>();

    public int total(int... rates) throws IOException {
        int sum = 0;
        for (T item : items.values()) {
            sum += item.price() * 2;
            switch (item.kind()) { case 1: continue; default: break; }
        }
        return sum > 0 ? sum : rates[0];
    }

    record Point(int x, int y) {}
    enum Kind { A, B; Kind next() { return this == A ? B : A; } }
    Runnable late = () -> System.out.println("x");
}
